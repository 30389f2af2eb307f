import { closeWindowOf, expect, open, press, signInAs, test } from './fixtures';

/** Parked and one update behind; each journey has one of its own. */
const READY = 'SAV-Y-B05-RTG15-GW1';
/** The same, but its image of the newest version does not come up. */
const FALLS_BACK = 'MAA-Y-B12-RTG23-GW1';
/** Its last steps take a download, a write, a reboot and a health check. */
const DONE_MS = 240_000;

test('an operator updates a gateway by keyboard and watches it to the end, without a reload', async ({ page }) => {
  await closeWindowOf(page.request, READY);
  await signInAs(page, 'operator');
  await open(page, `/gateways/${READY}`);
  await press(page.getByRole('link', { name: 'Update now' }));
  await expect(page).toHaveURL(/\/update/);
  const release = page.getByRole('radio', { name: /v5\.0\.5/ });
  await expect(release).toBeChecked();
  await expect(page.getByRole('region', { name: 'What v5.0.5 brings' })).toBeVisible();

  await page.getByRole('radio', { name: /^Seamless/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(/strategy=maintenance/);
  await expect(page.getByRole('region', { name: 'What holds it now' })).toContainText('Maintenance window');
  await page.keyboard.press('ArrowLeft');
  await expect(page).toHaveURL(/strategy=seamless/);
  await expect(page.getByRole('region', { name: 'Consequences', exact: true })).toContainText(
    'The gateway is unavailable while it reboots',
  );

  const start = page.getByRole('button', { name: `Update ${READY} to v5.0.5` });
  await expect(start).toBeDisabled();
  const crane = page.getByLabel(/Type the crane/);
  await crane.fill('RTG14');
  await expect(page.getByText('This is not RTG15.')).toBeVisible();
  await expect(start).toBeDisabled();
  await crane.fill('rtg15');
  await expect(start).toBeEnabled();
  await page.keyboard.press('Enter');

  await expect(page).toHaveURL(/\/jobs\/OTA-JOB-/);
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  const state = page.locator('header').getByRole('status');
  await expect(page.getByRole('progressbar').first()).toBeVisible();
  await expect(state).toContainText('Confirmed', { timeout: DONE_MS });
  const phases = page.getByRole('list', { name: 'Phases' }).getByRole('listitem');
  await expect(phases).toHaveCount(10);
  for (const phase of await phases.all()) await expect(phase).toContainText(/\d\d:\d\d:\d\d/);
  await expect(page.getByRole('button', { name: 'Cancel the job' })).toHaveCount(0);
  expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);

  const jobId = page.url().split('/').at(-1) ?? '';
  await page.getByRole('link', { name: READY }).first().click();
  await expect(page.getByText(/^Runs v5\.0\.5/)).toBeVisible();
  await page.getByRole('tab', { name: 'Jobs' }).click();
  await expect(page.getByRole('table', { name: 'Jobs of this gateway' }).getByRole('row').filter({ hasText: jobId })).toContainText(
    'Confirmed',
  );
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Timeline' })).toContainText('is healthy and is kept');
  await open(page, `/gateways/${READY}/update`);
  await expect(page.getByText('It is up to date')).toBeVisible();
});

test('an update that does not come up falls back, and the page says so and what runs now', async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, `/gateways/${FALLS_BACK}/update`);
  await page.getByLabel(/Type the crane/).fill('RTG23');
  await page.getByRole('button', { name: `Update ${FALLS_BACK} to v5.0.5` }).click();
  await expect(page).toHaveURL(/\/jobs\/OTA-JOB-/);
  await expect(page.getByText('The gateway fell back to its old version')).toBeVisible({ timeout: 400_000 });
  await expect(page.getByText(/The gateway runs v5\.0\.4/)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Phases' }).getByRole('listitem').last()).toContainText('Rolled back');
  await expect(page.getByRole('link', { name: 'Start another update' })).toBeVisible();
});

test('who may not start updates is told so', async ({ page }) => {
  await signInAs(page, 'viewer');
  await open(page, `/gateways/${READY}/update`);
  await expect(page.getByText('Your role may not start updates here')).toBeVisible();
});
