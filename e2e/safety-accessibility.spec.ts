/** The safety pages by axe, in both themes and at both widths. */
import type { Page } from '@playwright/test';
import { expectNoAxeFindings, inEachLook } from './axe';
import { expect, open, signInAs, test } from './fixtures';

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

/** axe, nothing that scrolls sideways, and no target that is too small. */
async function check(page: Page, what: string): Promise<void> {
  await inEachLook(page, what, async (name, width, look) => {
    await expectNoAxeFindings(page, name, look);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('a[href], button, select, input:not([type="hidden"]), summary')]
        .filter((element) => element.checkVisibility() && !element.closest('.sr-only') && !element.classList.contains('sr-only'))
        .map((element) => ({ text: element.textContent || element.outerHTML, height: element.getBoundingClientRect().height }))
        // Check boxes are as high as their label, which is part of the target.
        .filter(({ text, height }) => height > 0 && height < 24 && !text.includes('type="checkbox"')),
    );
    expect.soft(small, name).toEqual([]);
  });
}

test('axe finds nothing in the safety pages', async ({ page }) => {
  await signInAs(page, 'supervisor');
  for (const path of PAGES) {
    await open(page, path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await check(page, path);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, WORN);
  await page.getByRole('button', { name: 'Request override …' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Request an override' });
  await dialog.getByLabel(/^Break the glass/).check();
  await dialog.getByRole('button', { name: 'Break the glass' }).click();
  await expect(dialog.getByRole('alert').first()).toBeVisible();
  await check(page, 'the request dialog with faults');
});
