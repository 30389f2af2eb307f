import AxeBuilder from '@axe-core/playwright';
import { expect, open, signInAs, test } from './fixtures';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Its UPS blocks softly. */
const WORN = '/gateways/RTM-Y-B23-ASC05-GW1';
const PAGES = [
  '/safety',
  '/safety?reason=disk_space&level=hard',
  '/safety/policy?site=RTM',
  '/overrides',
  '/overrides?tab=active',
  '/overrides?tab=register',
  '/overrides?tab=register&q=nobody',
  '/account',
];

for (const theme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing in the safety pages: ${theme}, ${width} px`, async ({ page, context, baseURL }) => {
      await page.setViewportSize({ width, height: 900 });
      await context.addCookies([{ name: 'fairlead.theme', value: theme, url: baseURL ?? '' }]);
      await signInAs(page, 'supervisor');
      const check = async (what: string) => {
        const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
        expect.soft(violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
        expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), what).toBeLessThanOrEqual(width);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>('a[href], button, select, input:not([type="hidden"]), summary')]
            .filter((element) => element.checkVisibility() && !element.closest('.sr-only') && !element.classList.contains('sr-only'))
            .map((element) => ({ text: element.textContent || element.outerHTML, height: element.getBoundingClientRect().height }))
            // Check boxes are as high as their label, which is part of the target.
            .filter(({ text, height }) => height > 0 && height < 24 && !text.includes('type="checkbox"')),
        );
        expect.soft(small, what).toEqual([]);
      };
      for (const path of PAGES) {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.getByText('Live', { exact: true })).toBeAttached();
        await check(path);
      }
      await open(page, WORN);
      await page.getByRole('button', { name: 'Request override …' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Request an override' });
      await dialog.getByLabel(/^Break the glass/).check();
      await dialog.getByRole('button', { name: 'Break the glass' }).click();
      await expect(dialog.getByRole('alert').first()).toBeVisible();
      await check('the request dialog with faults');
    });
  }
}
