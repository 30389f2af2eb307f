import { readFileSync } from 'node:fs';
import { expect, open, reload, signInAs, test } from './fixtures';

test.beforeEach(async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, '/gateways');
});

test('filters by text and choices, keeps the state in the URL, and clears it', async ({ page }) => {
  const table = page.getByRole('table', { name: 'Gateways' });
  const first = await table.getByRole('row').nth(1).getByRole('link').first().textContent();
  await page.getByRole('searchbox', { name: /Filter by name/ }).fill(first ?? '');
  await expect(page).toHaveURL(/q=/);
  await expect(page.locator('#main').getByText('1 match')).toBeVisible();
  await expect(table.getByRole('row')).toHaveCount(2);
  await reload(page);
  await expect(page.locator('#main').getByText('1 match')).toBeVisible();
  await page.getByRole('button', { name: /^Clear/ }).click();
  await expect(page.locator('#main').getByText(/in all/)).toBeVisible();
  await expect(page).toHaveURL(/\/gateways$/);
  await page.getByRole('combobox', { name: 'Crane' }).selectOption('sts');
  await expect(page).toHaveURL(/kind=sts/);
  await expect(table.getByRole('row').nth(1)).toContainText('STS');
});

test('sorts by a column, both ways', async ({ page }) => {
  const table = page.getByRole('table', { name: 'Gateways' });
  const header = table.getByRole('columnheader', { name: 'Gateway' });
  await expect(header).toHaveAttribute('aria-sort', 'ascending');
  const firstName = table.getByRole('row').nth(1).getByRole('link').first();
  const ascending = await firstName.textContent();
  await header.getByRole('button').click();
  await expect(header).toHaveAttribute('aria-sort', 'descending');
  await expect(firstName).not.toHaveText(ascending ?? '');
  await expect(page).toHaveURL(/desc=true/);
  await table.getByRole('columnheader', { name: 'Version' }).getByRole('button').click();
  await expect(page).toHaveURL(/sort=version/);
});

test('j, k and Enter walk the rows and open one; / goes to the filter', async ({ page }) => {
  const rows = page.getByRole('table', { name: 'Gateways' }).getByRole('row');
  await expect(rows.nth(2)).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(rows.nth(2).getByRole('link').first()).toBeFocused();
  await page.keyboard.press('k');
  await expect(rows.nth(1).getByRole('link').first()).toBeFocused();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: /Filter by name/ })).toBeFocused();
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/gateways\/[0-9a-f-]{36}/);
});

test('exports what is shown as CSV', async ({ page }) => {
  const total = Number(
    (
      await page
        .locator('#main')
        .getByText(/in all/)
        .textContent()
    )?.replace(/\D/g, ''),
  );
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines[0]).toContain('gateway,gateway_id,site');
  expect(lines).toHaveLength(total + 1);
});

test('a saved view brings the filter back', async ({ page }) => {
  await page.getByRole('combobox', { name: 'Crane' }).selectOption('rtg');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: /Save or remove/ }).click();
  await page.getByLabel(/Name of the view/).fill('Yard RTGs');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: /^Clear/ }).click();
  await expect(page).toHaveURL(/\/gateways$/);
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Yard RTGs' }).click();
  await expect(page).toHaveURL(/kind=rtg/);
});

test('an empty result says what to do', async ({ page }) => {
  await open(page, '/gateways?q=there-is-no-such-crane');
  await expect(page.locator('#main').getByText('No gateway matches')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(page.locator('#main').getByText(/in all/)).toBeVisible();
});

test.describe('when the server fails', () => {
  test.use({ allowedErrors: [/status of 500/] });

  test('the list says so and can be tried again', async ({ page }) => {
    await page.route('**/api/trpc/gateways.browse**', (route) =>
      route.fulfill({ status: 500, body: '[]', contentType: 'application/json' }),
    );
    await page.getByRole('searchbox', { name: /Filter by name/ }).fill('RTG');
    await expect(page.getByRole('alert').filter({ hasText: 'could not be' })).toBeVisible();
    await page.unroute('**/api/trpc/gateways.browse**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.locator('#main').getByText(/\d match/)).toBeVisible();
  });
});
