import type { Browser, Locator, Page } from '@playwright/test';
import { closeWindowOf, expect, open, press, readDemo, signInAs, test } from './fixtures';

/** Parked, one update behind, with a UPS at 25 %: below the soft limit and above the hard one. Of this file alone. */
const WORN = 'RTM-Y-B23-ASC05-GW1';
const ALSO_WORN = 'RTM-Y-B24-ASC06-GW1';

test.describe.configure({ mode: 'serial' });
// An override lasts no longer than a window that is open, or that opens while it is in force.
test.beforeAll(async ({ request }) => {
  for (const gateway of [WORN, ALSO_WORN]) await closeWindowOf(request, gateway);
});

/** A session of its own for a second person. */
async function another(browser: Browser, role: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signInAs(page, role);
  return page;
}

function pinOf(role: string): string {
  return readDemo().users.find((user) => user.role === role)?.pin ?? '';
}

/** Asks for an override of the battery; on a busy machine other things hold for a while as well. */
const requestButton = (within: Page | Locator) =>
  within
    .getByRole('region', { name: 'Why not now' })
    .getByRole('listitem')
    .filter({ hasText: 'UPS battery' })
    .getByRole('button', { name: 'Request override …' });

/** Fills in and sends the request that is open; the constraint is chosen and its bound filled in already. */
async function sendRequest(page: Page, duration: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Request an override' });
  await expect(dialog.getByLabel('Battery of at least, %')).toHaveValue('25');
  await dialog.getByLabel('For how long').selectOption(duration);
  await dialog.getByLabel('Why, in words').fill('The battery is replaced this evening');
  await dialog.getByLabel('Mains supply was checked on site').check();
  await dialog.getByRole('button', { name: 'Send the request' }).click();
  await expect(dialog).toBeHidden();
}

/** The open request for a gateway, on the page of overrides. */
const requestOf = (page: Page, gateway: string) =>
  page.getByRole('list', { name: 'Requests by time to lapse' }).getByRole('listitem').filter({ hasText: gateway });

/** The supervisor decides on the request of a gateway with the PIN. */
async function approve(page: Page, gateway: string): Promise<void> {
  await open(page, '/overrides');
  await requestOf(page, gateway).getByRole('link', { name: 'Decide' }).click();
  await expect(page.getByRole('button', { name: 'Reject' })).toBeFocused();
  await page.getByRole('button', { name: 'Approve …' }).click();
  const stepUp = page.getByRole('dialog', { name: /^Approve OVR-/ });
  await stepUp.getByLabel('Your PIN').fill(pinOf('supervisor'));
  await stepUp.getByRole('button', { name: 'Approve with my PIN' }).click();
  await expect(stepUp).toBeHidden();
}

const strip = (page: Page) => page.getByRole('region', { name: 'Overrides in force' });

test('the board says what blocks what and since when, narrows by URL, and shows the bars of a gateway', async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, '/safety');
  await page.getByRole('button', { name: /^UPS battery at Rotterdam: / }).click();
  await expect(page).toHaveURL(/site=RTM/);
  await expect(page).toHaveURL(/reason=ups_battery/);
  const row = page.getByRole('table', { name: 'Blocked gateways' }).getByRole('row').filter({ hasText: WORN });
  // Right after the start of the fleet what holds first is what has not been clear for long enough.
  await expect(row).toContainText(/UPS battery/, { timeout: 240_000 });
  await expect(row).toContainText(/soft \d+ (s|min|h)/);
  await row.getByRole('button', { name: `Bars of ${WORN}` }).click();
  const drawer = page.getByRole('dialog', { name: WORN });
  await expect(drawer.getByRole('region', { name: 'Safety signals' })).toContainText(/25 %/);
  await expect(requestButton(drawer)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/bars=/);
  await row.getByRole('checkbox', { name: `Choose ${WORN} for an override` }).check();
  await page.getByRole('button', { name: 'Request override for 1 …' }).click();
  await expect(page.getByRole('dialog', { name: 'Request an override' }).getByLabel('Battery of at least, %')).toHaveValue('25');
});

test('an operator asks, a supervisor approves on another session, the gateway uses it, and a later one expires', async ({
  page,
  browser,
}) => {
  await signInAs(page, 'operator');
  await open(page, `/gateways/${WORN}/update`);
  await page.getByLabel(/Type the crane/).fill('ASC05');
  await page.getByRole('button', { name: `Update ${WORN} to v5.0.5` }).click();
  await expect(page).toHaveURL(/\/jobs\/OTA-JOB-/);
  const job = page.url();
  const why = page.getByRole('region', { name: 'Why not now' });
  await expect(requestButton(page)).toBeVisible({ timeout: 240_000 });
  await expect(why.getByText('Battery at 25 %')).toBeVisible();
  await expect(why).toContainText('Clears when the battery is at least 30 %');
  await requestButton(page).click();
  await expect(page.getByLabel('For what')).toHaveValue('O2');
  await sendRequest(page, '900');
  await expect(why.getByRole('link', { name: /^Override OVR-/ })).toBeVisible();

  const supervisor = await another(browser, 'supervisor');
  await approve(supervisor, WORN);
  await expect(supervisor.getByText('Approved: the override is in force')).toBeVisible();
  await supervisor.keyboard.press('Escape');

  // The write goes on at once; then the reboot waits for the battery again: a grant is used once and for one operation.
  const phases = page.getByRole('list', { name: 'Phases' }).getByRole('listitem');
  await expect(phases.filter({ hasText: 'Written' })).toContainText('held here', { timeout: 240_000 });
  await open(supervisor, '/overrides?tab=register');
  const used = supervisor.getByRole('table', { name: 'Override register' }).getByRole('row').filter({ hasText: WORN }).first();
  await expect(used).toContainText('Used');

  await open(page, job);
  await requestButton(page).click();
  await expect(page.getByLabel('For what')).toHaveValue('O3');
  await page.keyboard.press('Escape');
  // Cancelled, so that the next grant is held by the gateway and not used.
  await page.getByRole('button', { name: 'Cancel the job' }).click();
  await page.getByLabel('Reason', { exact: true }).fill('The journey needs no reboot');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the job' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Cancelled' }).first()).toBeVisible();

  await open(page, `/gateways/${WORN}`);
  await requestButton(page).click();
  await sendRequest(page, '60');
  await approve(supervisor, WORN);
  await expect(strip(page)).toContainText(WORN);
  await expect(strip(page)).toContainText('No override is in force', { timeout: 180_000 });
  await open(supervisor, '/overrides?tab=register');
  await expect(used).toContainText('Expired');
  await supervisor.context().close();
});

test('a revoke is one click for an operator, needs no PIN, and reaches the gateway', async ({ page, browser }) => {
  await signInAs(page, 'operator');
  await open(page, `/gateways/${ALSO_WORN}`);
  await requestButton(page).click();
  await sendRequest(page, '3600');
  const supervisor = await another(browser, 'supervisor');
  await approve(supervisor, ALSO_WORN);
  const card = supervisor.getByRole('dialog', { name: /^OVR-/ });
  await expect(card.getByText('The gateway holds it')).toBeVisible();
  await expect(strip(page)).toContainText(ALSO_WORN);
  await expect(strip(page)).toContainText(/ends in 5\d min \d\d s/);
  // Nothing below the strip moves. As wide as the heading is the line under it, which tells an age in seconds.
  const place = async () => {
    const box = await page.getByRole('heading', { level: 1 }).boundingBox();
    return box && { x: box.x, y: box.y, height: box.height };
  };
  const before = await place();
  expect(before).not.toBeNull();
  await strip(page)
    .getByRole('button', { name: /^Revoke OVR-/ })
    .click();
  await expect(strip(page)).toContainText('No override is in force');
  expect(await place()).toEqual(before);
  await expect(card.getByText('Revoked', { exact: true }).first()).toBeVisible();
  await expect(card.getByText(/The gateway has dropped it/)).toBeVisible();
  await supervisor.context().close();
});

test('an operator’s own approval is not offered; a rejected request says why', async ({ page, browser }) => {
  await signInAs(page, 'operator');
  await open(page, `/gateways/${ALSO_WORN}`);
  await requestButton(page).click();
  await sendRequest(page, '900');
  await open(page, '/overrides');
  await requestOf(page, ALSO_WORN).getByRole('link', { name: 'Look at it' }).click();
  const card = page.getByRole('dialog', { name: /^OVR-/ });
  await expect(card.getByRole('button', { name: 'Withdraw' })).toBeVisible();
  await expect(card.getByRole('button', { name: /Approve|Reject/ })).toHaveCount(0);

  const supervisor = await another(browser, 'supervisor');
  await open(supervisor, '/overrides');
  await press(requestOf(supervisor, ALSO_WORN).getByRole('link', { name: 'Decide' }));
  await expect(supervisor.getByRole('button', { name: 'Reject' })).toBeFocused();
  await supervisor.getByLabel('Why it is rejected').fill('Replace the battery first');
  await supervisor.getByRole('button', { name: 'Reject' }).click();
  await expect(card.getByText('Rejected', { exact: true }).first()).toBeVisible();
  await expect(card).toContainText('Replace the battery first');
  await supervisor.context().close();
});

test('a supervisor approves by keyboard alone: Reject has the focus, the next key stop is Approve, the PIN box is ready', async ({
  page,
  browser,
}) => {
  await signInAs(page, 'operator');
  await open(page, `/gateways/${ALSO_WORN}`);
  await press(requestButton(page));
  await sendRequest(page, '900');

  const supervisor = await another(browser, 'supervisor');
  await open(supervisor, '/overrides');
  const decide = requestOf(supervisor, ALSO_WORN).getByRole('link', { name: 'Decide' });
  const { keyboard } = supervisor;
  const stepUp = supervisor.getByRole('dialog', { name: /^Approve OVR-/ });
  const reachThePin = async () => {
    await press(decide);
    await expect(supervisor.getByRole('button', { name: 'Reject' })).toBeFocused();
    await keyboard.press('Tab');
    await expect(supervisor.getByRole('button', { name: 'Approve …' })).toBeFocused();
    await keyboard.press('Enter');
    await expect(stepUp.getByLabel('Your PIN')).toBeFocused();
  };
  await reachThePin();
  await keyboard.press('Escape');
  await expect(supervisor.getByRole('button', { name: 'Approve …' }), 'where the focus was').toBeFocused();
  await keyboard.press('Escape');
  await expect(decide, 'where the focus was').toBeFocused();
  await reachThePin();
  await keyboard.type(pinOf('supervisor'));
  await keyboard.press('Enter');
  await expect(stepUp).toBeHidden();
  await expect(strip(page)).toContainText(ALSO_WORN);
  await press(strip(page).getByRole('button', { name: /^Revoke OVR-/ }));
  await expect(strip(page)).toContainText('No override is in force');
  await supervisor.context().close();
});

test.describe('break-glass', () => {
  test.use({ allowedErrors: [/status of 403/] });

  test('a supervisor alone, by keyboard, with the own PIN; someone else closes the review', async ({ page, browser }) => {
    await signInAs(page, 'supervisor');
    await open(page, `/gateways/${ALSO_WORN}`);
    await press(requestButton(page));
    const dialog = page.getByRole('dialog', { name: 'Request an override' });
    await dialog.getByLabel('Why, in words').focus();
    await page.keyboard.type('Nobody else can be reached tonight');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await expect(dialog.getByLabel('A person stands at the crane and watches it')).toBeChecked();
    await press(dialog.getByLabel(/^Break the glass/), 'Space');
    await expect(dialog.getByText('An alarm is raised at once')).toBeVisible();
    await dialog.getByLabel('Your PIN').fill('000000');
    await page.keyboard.press('Enter');
    await expect(dialog.getByText('The PIN is wrong.')).toBeVisible();
    await dialog.getByLabel('Your PIN').fill(pinOf('supervisor'));
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expect(strip(page)).toContainText('Break-glass');
    await expect(strip(page)).toContainText(ALSO_WORN);
    await press(strip(page).getByRole('button', { name: /^Revoke OVR-/ }));
    await expect(strip(page)).toContainText('No override is in force');
    await expect(strip(page), 'the button that had the focus is gone').toBeFocused();

    await open(page, '/overrides');
    const reviews = page.getByRole('list', { name: 'Reviews by the time they are due' });
    await press(reviews.getByRole('link', { name: 'Look at it' }).first());
    await expect(page.getByText('Someone else who may review has to close it.')).toBeVisible();

    const auditor = await another(browser, 'auditor');
    await open(auditor, '/overrides');
    await press(auditor.getByRole('link', { name: 'Review', exact: true }).first());
    await press(auditor.getByRole('button', { name: 'Close the review …' }));
    await auditor.getByLabel('What you found').fill('Justified: nobody was on site, nothing was rebooted.');
    await press(auditor.getByRole('button', { name: 'Close the review', exact: true }));
    await expect(auditor.getByRole('dialog', { name: /^OVR-/ }).getByText('Reviewed', { exact: true }).first()).toBeVisible();
    await expect(page.getByRole('dialog', { name: /^OVR-/ })).toContainText('nothing was rebooted');
    await auditor.context().close();
  });
});

test('the register is narrowed with the state in the URL, and exported', async ({ page }) => {
  await signInAs(page, 'viewer');
  await open(page, '/overrides?tab=register');
  await page.getByRole('combobox', { name: 'Kind' }).selectOption('Break-glass');
  await expect(page).toHaveURL(/glass=true/);
  const rows = page.getByRole('table', { name: 'Override register' }).getByRole('row');
  await expect(rows.nth(1)).toContainText('Reviewed');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/^overrides-.*\.csv$/);
  await page.getByRole('searchbox', { name: 'Filter by requester or gateway' }).fill('nobody asked');
  await expect(page.getByText('No override matches')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(page).not.toHaveURL(/glass=/);
});
