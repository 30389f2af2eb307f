/** Releases and recovery by axe; their dialogs are looked through on the journeys that open them. */
import { expectNoAxeFindings } from './axe';
import { expect, signInAs, test } from './fixtures';

for (const width of [1440, 390]) {
  test(`axe finds nothing on releases and recovery: ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await signInAs(page, 'release_manager');
    await page.goto('/releases?state=published');
    const links = page.getByRole('table', { name: 'Releases' }).getByRole('link', { name: /^v/ });
    await expect(links.nth(1)).toBeVisible();
    const [newer = '', older = ''] = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    const idOf = (path: string) => path.split('/').at(-1);
    const pages = [
      '/releases?state=published',
      newer,
      '/releases/upload',
      `/releases/compare?from=${idOf(older)}&to=${idOf(newer)}`,
      '/software?name=openssl',
      '/gateways/RTM-Q-STS05-GW1?tab=recovery',
    ];
    for (const path of pages) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.getByText('Live', { exact: true })).toBeAttached();
      for (const theme of ['dark', 'light']) {
        // A page takes the theme from this attribute: one visit is enough for both.
        await page.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme);
        await expectNoAxeFindings(page, `${path}, ${theme}`);
      }
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(width);
    }
  });
}
