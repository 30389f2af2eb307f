import AxeBuilder from '@axe-core/playwright';
import { expect, signInAs, test } from './fixtures';

/** Of no journey that changes it: an update is always on offer. */
const GATEWAY = '/gateways/MAA-Y-B15-RTG34-GW1';
const TABS = ['vitals', 'jobs', 'timeline', 'log', 'settings'];
const PAGES = [
  '/',
  '/gateways',
  '/gateways?q=there-is-no-such-crane',
  '/jobs',
  '/account',
  '/settings/trust',
  '/gateways/RTM-Q-STS05-GW1',
  GATEWAY,
  `${GATEWAY}/update`,
];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

for (const theme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing: ${theme}, ${width} px`, async ({ page, context, baseURL }) => {
      // Many pages, each looked through whole.
      test.setTimeout(420_000);
      await page.setViewportSize({ width, height: 900 });
      await context.addCookies([{ name: 'fairlead.theme', value: theme, url: baseURL ?? '' }]);
      await page.goto('/sign-in');
      const check = async (path: string) => {
        const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
        expect.soft(violations.map(({ id, nodes }) => `${path}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
      };
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await check('/sign-in');
      await signInAs(page, 'operator');
      await page.goto('/jobs?group=failed');
      const job = await page.getByRole('table', { name: 'Jobs' }).getByRole('row').nth(1).getByRole('link').first().getAttribute('href');
      await page.goto(GATEWAY);
      await expect(page).toHaveURL(/[0-9a-f-]{36}/);
      const tabs = TABS.map((tab) => `${new URL(page.url()).pathname}?tab=${tab}`);
      for (const path of [...PAGES, ...tabs, job ?? '']) {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.getByText('Live', { exact: true })).toBeAttached();
        await check(path);
      }
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog')).toBeVisible();
      await check('help');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog')).toBeVisible();
      await check('palette');
    });
  }
}
