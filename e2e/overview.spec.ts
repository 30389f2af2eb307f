import { expect, open, reload, signInAs, test } from './fixtures';

test.beforeEach(async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, '/');
});

test('shows exceptions, what runs, versions, outcomes and sites', async ({ page }) => {
  for (const name of ['Needs attention', 'Running now', 'Versions in the field', 'Outcome of updates', 'Sites']) {
    await expect(page.getByRole('region', { name, exact: true })).toBeVisible();
  }
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
});

test('a figure leads to the list behind it', async ({ page }) => {
  // One is switched off for good; how many more are away changes from minute to minute.
  const figure = page.getByRole('link', { name: /Gateways offline/ });
  await expect(figure).toContainText(/[1-9]/);
  await figure.click();
  await expect(page).toHaveURL(/\/gateways\?.*status=offline/);
  await expect(page.getByRole('table', { name: 'Gateways' }).getByText('Offline').first()).toBeVisible();
});

test('the site filter narrows the page, is in the URL and survives a reload', async ({ page }) => {
  const site = page.getByRole('combobox', { name: 'Site', exact: true });
  await site.selectOption({ index: 1 });
  await expect(page).toHaveURL(/\?site=\w+/);
  const sites = page.getByRole('region', { name: 'Sites' }).getByRole('row');
  await expect(sites).toHaveCount(2);
  await reload(page);
  await expect(sites).toHaveCount(2);
  await site.selectOption('');
  await expect(sites).not.toHaveCount(2);
});

test('every chart has its figures as a table', async ({ page }) => {
  const versions = page.getByRole('figure', { name: 'Gateways per version' });
  await versions.getByRole('button', { name: 'Table' }).click();
  await expect(versions.getByRole('columnheader', { name: 'Version' })).toBeVisible();
  expect(await versions.getByRole('row').count()).toBeGreaterThan(1);
});

test.describe('when the connection is lost', () => {
  test.use({ allowedErrors: [/ERR_FAILED|ERR_CONNECTION/] });

  test('the page says so, and how old what it shows is, and recovers by itself', async ({ page }) => {
    // The browser's "offline" switch leaves open streams alone, so the stream itself is cut and its return blocked.
    await page.addInitScript(() => {
      const sources: EventSource[] = [];
      window.EventSource = class extends window.EventSource {
        constructor(...args: ConstructorParameters<typeof EventSource>) {
          super(...args);
          sources.push(this);
        }
      };
      window.addEventListener('cut-streams', () => {
        for (const source of sources) {
          source.close();
          source.dispatchEvent(new Event('error'));
        }
      });
    });
    await reload(page);
    await page.route('**/api/trpc/live.**', (route) => route.abort());
    await page.evaluate(() => window.dispatchEvent(new Event('cut-streams')));
    await expect(page.getByText(/Connection lost at \d\d:\d\d:\d\d/)).toBeVisible();
    await expect(page.getByText(/What you see is .+ old/)).toBeVisible();
    await page.unroute('**/api/trpc/live.**');
    await expect(page.getByText(/Connection lost/)).toBeHidden();
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
  });
});
