/** Looks through a page with axe. */
import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { expect } from './fixtures';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Every page has to be good in each of these. */
const THEMES = ['dark', 'light'] as const;
const WIDTHS = [1440, 390] as const;

/**
 * The test goes on and fails at its end when axe finds something on the page as it is now. axe runs in the page and answers with
 * what it found alone: its adapter for Playwright opens another page to put together all that it did not find, which takes
 * several times as long. No page here has frames, for which that would be needed.
 */
export async function expectNoAxeFindings(page: Page, name: string, look: 'all' | 'colours' = 'all'): Promise<void> {
  expect(await page.locator('iframe').count(), `${name}: frames`).toBe(0);
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.evaluate(axe.source);
    // What changes by itself while axe looks (the page is live) has its colour at once: one on its way to another is neither.
    await page.evaluate(async () => {
      const sheet = await new CSSStyleSheet().replace('*, *::before, *::after { transition: none !important; }');
      document.adoptedStyleSheets.push(sheet);
    });
  }
  const found = await page.evaluate(
    async ({ tags, look }) => {
      for (const animation of document.getAnimations()) if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
      const { axe } = window as unknown as { axe: typeof import('axe-core') };
      const ofColours = axe.getRules(tags).filter((rule) => rule.tags.includes('cat.color'));
      const { violations } = await axe.run(document, {
        runOnly: look === 'all' ? { type: 'tag', values: tags } : { type: 'rule', values: ofColours.map((rule) => rule.ruleId) },
        resultTypes: ['violations'],
      });
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    },
    { tags: TAGS, look },
  );
  expect.soft(found.map((text) => `${name}: ${text}`)).toEqual([]);
}

/**
 * Calls `check` for the page as it is in both themes and at both widths: both are only style, so one visit is enough. A theme is
 * its `color-scheme` and nothing else (app/globals.css): in the second one there are only its colours to look at.
 */
export async function inEachLook(
  page: Page,
  name: string,
  check: (name: string, width: number, look: 'all' | 'colours') => Promise<void>,
): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const theme of THEMES) {
      await page.evaluate((wanted) => document.documentElement.setAttribute('data-theme', wanted), theme);
      await check(`${name}, ${theme}, ${width} px`, width, theme === THEMES[0] ? 'all' : 'colours');
    }
  }
}

/** The same, with nothing but axe. */
export async function expectNoAxeFindingsInAnyLook(page: Page, name: string): Promise<void> {
  await inEachLook(page, name, (one, _width, look) => expectNoAxeFindings(page, one, look));
}
