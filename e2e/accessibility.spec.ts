/** The pages by axe, in both themes and at both widths; dialogs are looked through on the journeys that open them. */
import { expectNoAxeFindingsInAnyLook } from './axe';
import { expect, open, signInAs, test } from './fixtures';

/** Of no journey that changes it: an update is always on offer. */
const GATEWAY = '/gateways/MAA-Y-B15-RTG34-GW1';
const TABS = ['vitals', 'jobs', 'timeline', 'log', 'settings'];
const PAGES = ['/', '/gateways', '/gateways?q=there-is-no-such-crane', '/jobs', '/account', '/settings/trust'];

test('axe finds nothing: pages of the fleet, help and palette', async ({ page }) => {
  await page.goto('/sign-in');
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  await expectNoAxeFindingsInAnyLook(page, '/sign-in');
  await signInAs(page, 'operator');
  for (const path of PAGES) {
    await open(page, path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectNoAxeFindingsInAnyLook(page, path);
  }
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectNoAxeFindingsInAnyLook(page, 'help');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectNoAxeFindingsInAnyLook(page, 'palette');
});

test('axe finds nothing: pages of a gateway and of a job', async ({ page }) => {
  await signInAs(page, 'operator');
  await page.goto('/jobs?group=failed');
  const job = await page.getByRole('table', { name: 'Jobs' }).getByRole('row').nth(1).getByRole('link').first().getAttribute('href');
  await page.goto(GATEWAY);
  await expect(page).toHaveURL(/[0-9a-f-]{36}/);
  const tabs = TABS.map((tab) => `${new URL(page.url()).pathname}?tab=${tab}`);
  for (const path of ['/gateways/RTM-Q-STS05-GW1', GATEWAY, `${GATEWAY}/update`, ...tabs, job ?? '']) {
    await open(page, path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectNoAxeFindingsInAnyLook(page, path);
  }
});
