import { expect, it } from 'vitest';
import { faultOfShelf, SHELF_LEAST_MS, SHELF_MOST_MS } from './shelf';

it.each([
  ['one shift', SHELF_MOST_MS, null],
  ['longer than a shift', SHELF_MOST_MS + 1, /one shift/],
  ['a minute', SHELF_LEAST_MS, null],
  ['no time', 0, /at least a minute/],
  ['the past', -1, /at least a minute/],
  ['no number', Number.NaN, /not a time/],
])('%s', (_what, ms, fault) => {
  if (fault === null) expect(faultOfShelf(1e12, 1e12 + ms)).toBeNull();
  else expect(faultOfShelf(1e12, 1e12 + ms)).toMatch(fault);
});
