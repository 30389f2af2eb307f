/** Makes the pictures of the README from a running stack: README_IMAGES=1 npx playwright test readme-images */
import { expect, signInAs, test } from './fixtures';

const PICTURES = [
  { name: 'overview-dark', path: '/', theme: 'dark', width: 1440, height: 900 },
  { name: 'gateways-dark', path: '/gateways', theme: 'dark', width: 1440, height: 900 },
  { name: 'gateway-dark', path: '/gateways/RTM-Q-STS05-GW1', theme: 'dark', width: 1440, height: 900 },
  { name: 'update-now-light', path: '/gateways/MAA-Y-B15-RTG34-GW1/update', theme: 'light', width: 1440, height: 900 },
  { name: 'safety-light', path: '/safety', theme: 'light', width: 1440, height: 900 },
  { name: 'release-light', path: '/releases', theme: 'light', width: 1440, height: 900 },
  { name: 'recovery-dark', path: '/gateways/RTM-Q-STS05-GW1?tab=recovery', theme: 'dark', width: 1440, height: 900 },
  { name: 'overview-phone', path: '/', theme: 'dark', width: 390, height: 844 },
] as const;

for (const { name, path, theme, width, height } of PICTURES) {
  test(`picture ${name}`, async ({ page, context, baseURL }) => {
    await page.setViewportSize({ width, height });
    await context.addCookies([{ name: 'fairlead.theme', value: theme, url: baseURL ?? '' }]);
    await signInAs(page, 'operator');
    await page.goto(path);
    if (path === '/releases') {
      await page.getByRole('link', { name: 'v5.0.5', exact: true }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'v5.0.5' })).toBeVisible();
    }
    await expect(page.getByText('Live', { exact: true })).toBeAttached();
    await expect(page.getByText(/^(Loading|Reading|Working out)/)).toHaveCount(0);
    // A busy machine reads its signals late: such a picture shows nothing but that.
    await expect(page.getByText(/The value is \d+ s old/)).toHaveCount(0);
    await page.screenshot({ path: `docs/img/${name}.png` });
  });
}
