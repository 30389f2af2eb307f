import { expect, open, reload, signInAs, test } from './fixtures';

test.beforeEach(async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, '/jobs');
});

test('filters by outcome and text, with the state in the URL', async ({ page }) => {
  const table = page.getByRole('table', { name: 'Jobs' });
  await page.getByRole('button', { name: 'Confirmed' }).click();
  await expect(page).toHaveURL(/group=succeeded/);
  const row = table.getByRole('row').nth(1);
  await expect(row).toContainText('Confirmed');
  const id = (await row.getByRole('link').first().locator('span').last().textContent()) ?? '';
  await page.getByRole('searchbox', { name: /Filter by job/ }).fill(id);
  await expect(table.getByRole('row')).toHaveCount(2);
  await reload(page);
  await expect(table.getByRole('row')).toHaveCount(2);
  await expect(table.getByRole('row').nth(1)).toContainText(id);
});

test('a job id can be copied whole', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const row = page.getByRole('table', { name: 'Jobs' }).getByRole('row').nth(1);
  const id = (await row.getByRole('link').first().locator('span').last().textContent()) ?? '';
  // By its id: a job that begins meanwhile moves it one row down.
  await page.getByRole('button', { name: `Copy job id ${id}` }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(id);
});
