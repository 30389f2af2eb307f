import { closeWindowOf, expect, open, signInAs, test } from './fixtures';

/** Parked and one update behind; of no other journey. */
const READY = 'MAA-Q-STS03-GW1';

test('a job is paused, goes on, and is cancelled with a reason; each is in its timeline', async ({ page }) => {
  // For its window, which is closed: a parked gateway on fibre is through in twenty seconds, before a slow browser has shown its job.
  await closeWindowOf(page.request, READY);
  await signInAs(page, 'operator');
  await open(page, `/gateways/${READY}/update`);
  await page.getByRole('radio', { name: /^Maintenance window/ }).check();
  await page.getByLabel(/Type the crane/).fill('STS03');
  await page.getByRole('button', { name: `Update ${READY} to v5.0.5` }).click();
  await expect(page).toHaveURL(/\/jobs\/OTA-JOB-/);
  const state = page.locator('header').getByRole('status').first();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(state).toContainText('Paused');
  await expect(page.getByRole('region', { name: 'Why not now' })).toContainText('It is paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(state).not.toContainText('Paused');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(state).toContainText('Paused');
  await page.getByRole('button', { name: 'Cancel the job' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('the ship came early');
  await dialog.getByRole('button', { name: 'Cancel the job' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('The job was cancelled')).toBeVisible();
  await expect(state).toContainText('Cancelled');
  const timeline = page.getByRole('region', { name: 'Timeline' });
  for (const text of ['Paused', 'resume', 'the ship came early']) await expect(timeline).toContainText(text);
});

test('a viewer watches and has nothing to press', async ({ page }) => {
  await signInAs(page, 'viewer');
  await open(page, '/jobs');
  await page.getByRole('table', { name: 'Jobs' }).getByRole('row').nth(1).getByRole('link').first().click();
  await expect(page.getByRole('list', { name: 'Phases' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Timeline' }).getByRole('listitem').first()).toBeVisible();
  for (const name of ['Pause', 'Resume', 'Cancel the job']) await expect(page.getByRole('button', { name })).toHaveCount(0);
});

test.describe('a job that there is not', () => {
  test.use({ allowedErrors: [/status of 404/] });

  test('is said to be none', async ({ page }) => {
    await signInAs(page, 'operator');
    await page.goto('/jobs/OTA-JOB-NONE00');
    await expect(page.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible();
  });
});
