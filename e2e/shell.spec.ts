import { expect, open, signInAs, test } from './fixtures';

test.beforeEach(async ({ page }) => {
  await signInAs(page, 'operator');
  await open(page, '/');
});

test('g and a letter go to a page; ? lists the keys; Escape closes', async ({ page }) => {
  await page.keyboard.press('g');
  await page.keyboard.press('j');
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('g');
  await expect(page.getByRole('heading', { level: 1, name: 'Gateways' })).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('the palette finds a gateway by a part of its name', async ({ page }) => {
  await page.keyboard.press('Control+k');
  const input = page.getByPlaceholder('Gateway, crane, site or page');
  await expect(input).toBeFocused();
  await input.fill('STS');
  await expect(page.getByRole('option', { name: /STS/ }).first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/gateways\/[0-9a-f-]{36}/);
});

test('the theme changes at once and is there from the first paint after a reload', async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await background();
  await page.getByRole('button', { name: /^Menu of/ }).click();
  await page.getByRole('menuitemradio', { name: 'Light' }).click();
  await expect.poll(background).not.toBe(dark);
  await page.reload();
  expect(await background()).not.toBe(dark);
});

test('times switch between site and UTC', async ({ page }) => {
  await open(page, '/jobs');
  const clock = page.getByRole('button', { name: /Show UTC/ });
  await clock.click();
  await expect(page.getByRole('button', { name: /Show site time/ })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Jobs' }).locator('time').first()).toContainText('Z');
});

test('the content can be reached past the navigation by keyboard', async ({ page }) => {
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  for (const path of ['/', '/gateways', '/jobs', '/account', '/gateways/RTM-Q-STS05-GW1', '/gateways/MAA-Y-B15-RTG34-GW1/update']) {
    test(`${path} does not scroll sideways, and every target is at least 24 px`, async ({ page }) => {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('a[href], button, select, input')]
          .filter((element) => element.checkVisibility() && !element.closest('.sr-only') && !element.classList.contains('sr-only'))
          .map((element) => ({ text: element.textContent ?? '', height: element.getBoundingClientRect().height }))
          .filter(({ height }) => height > 0 && height < 24),
      );
      expect(small).toEqual([]);
    });
  }
});
