/** The rendered description of the REST contract, from the navigation. */
import { expectNoAxeFindings, inEachLook } from './axe';
import { expect, open, signInAs, test } from './fixtures';

test('the API page shows every documented path and leads to openapi.json', async ({ page }) => {
  await signInAs(page, 'viewer');
  await open(page, '/');
  await page.getByRole('link', { name: 'API', exact: true }).click();
  await expect(page).toHaveURL(/\/api-reference$/);
  await expect(page.getByRole('heading', { level: 1, name: 'API' })).toBeVisible();
  const href = await page.getByRole('link', { name: /openapi\.json/ }).getAttribute('href');
  const { paths } = (await (await page.request.get(href ?? '')).json()) as { paths: Record<string, Record<string, unknown>> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.length).toBeGreaterThan(14);
  for (const name of documented) await expect(page.getByRole('article', { name, exact: true })).toBeVisible();
  const download = page.getByRole('article', { name: 'POST /v1/cloud-integration/updates/download' });
  await expect(download.getByRole('table', { name: 'Body' })).toContainText('update_id required');
  await download.getByText('Errors of').click();
  await expect(download.getByText('UPDATE_IN_PROGRESS (OTA_001)')).toBeVisible();
});

// A test of its own: the page is long, and so is the look at it.
test('axe finds nothing on the API page', async ({ page }) => {
  await signInAs(page, 'viewer');
  await open(page, '/api-reference');
  await page.getByText('Answer of').first().click();
  await inEachLook(page, '/api-reference', async (name, _width, look) => {
    await expectNoAxeFindings(page, name, look);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), name).toBe(true);
  });
});
