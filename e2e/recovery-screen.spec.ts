/** Recovery as a person orders it on the screen: a snapshot, its restore with the typed crane, and what a factory reset asks for. */
import { expectNoAxeFindings } from './axe';
import { closeWindowOf, expect, open, press, signInAs, test } from './fixtures';

/** Parked; of this file alone. */
const GATEWAY = 'RTM-Q-STS07-GW2';
const CRANE = 'STS07';
const NAME = `Before the drive is changed ${Date.now()}`;
/** A snapshot, or a write, a reboot and a health check. */
const DONE_MS = 240_000;

test('a snapshot is made and restored from the screen, by keyboard and without a reload', async ({ page }) => {
  await closeWindowOf(page.request, GATEWAY);
  await signInAs(page, 'supervisor');
  await open(page, `/gateways/${GATEWAY}?tab=recovery`);
  await press(page.getByRole('button', { name: 'Make a snapshot' }));
  const make = page.getByRole('dialog', { name: `Snapshot of ${GATEWAY}` });
  await make.getByLabel('Name').fill(NAME);
  for (const part of await make
    .getByRole('checkbox', { checked: true })
    .all()
    .then((all) => all.reverse()))
    await press(part, 'Space');
  await expect(make.getByText('Choose at least one part.')).toBeVisible();
  await expect(make.getByRole('button', { name: 'Make the snapshot' })).toBeDisabled();
  await expectNoAxeFindings(page, 'snapshot');
  for (const part of await make.getByRole('checkbox').all()) if (!(await part.isChecked())) await press(part, 'Space');
  await expect(make.getByRole('button', { name: 'Make the snapshot' })).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect(make).toBeHidden();
  const row = page.getByRole('row', { name: NAME });
  const restore = row.getByRole('button', { name: `Restore ${NAME}` });
  await expect(restore).toBeEnabled({ timeout: DONE_MS });

  await press(restore);
  const dialog = page.getByRole('dialog', { name: `Restore ${NAME}` });
  const order = dialog.getByRole('button', { name: /^Restore / });
  await dialog.getByLabel('Reason').fill('The drive is back as it was');
  await dialog.getByLabel(/Type the crane’s id/).fill('STS99');
  await expect(dialog.getByText(`This is not ${CRANE}.`)).toBeVisible();
  await expect(order).toBeDisabled();
  await expectNoAxeFindings(page, 'restore');
  await dialog.getByLabel(/Type the crane’s id/).fill(CRANE);
  await expect(order).toBeEnabled();
  await page.keyboard.press('Enter');

  await expect(page).toHaveURL(/\/jobs\//);
  await expect(page.getByText('Check snapshot').first()).toBeVisible();
  await expect(page.getByText('Confirmed', { exact: true }).first()).toBeVisible({ timeout: DONE_MS });
});

test('a factory reset asks for the crane and the PIN', async ({ page }) => {
  await signInAs(page, 'supervisor');
  await open(page, `/gateways/${GATEWAY}?tab=recovery`);
  await press(page.getByRole('button', { name: 'Factory reset …' }));
  const dialog = page.getByRole('dialog', { name: `Factory reset of ${GATEWAY}` });
  await dialog.getByLabel('Reason').fill('The crane gets a new owner');
  await dialog.getByLabel(/Type the crane’s id/).fill(CRANE);
  const order = dialog.getByRole('button', { name: `Reset ${GATEWAY}` });
  await expect(order).toBeDisabled();
  await expectNoAxeFindings(page, 'reset');
  await dialog.getByLabel('Your PIN').fill('0000');
  await expect(order).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});
