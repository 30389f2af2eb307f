/** Releases and recovery by axe; their dialogs are looked through on the journeys that open them. */
import { expectNoAxeFindings, inEachLook } from './axe';
import { expect, open, signInAs, test } from './fixtures';

test('axe finds nothing on releases and recovery', async ({ page }) => {
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
    await open(page, path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await inEachLook(page, path, async (name, width, look) => {
      await expectNoAxeFindings(page, name, look);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width);
    });
  }
});
