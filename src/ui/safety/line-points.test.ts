import { describe, expect, it } from 'vitest';
import { linePoints } from './line-points';

const NOW = 10_000_000;
const at = (secondsAgo: number, value: number | null = 1) => ({ atMs: NOW - secondsAgo * 1000, value });

describe('points of a line', () => {
  it('spans ten minutes whatever is known', () => {
    expect(linePoints([], NOW)).toEqual([at(600, null), at(0, null)]);
  });

  it('leaves out what is older, and what a clock ahead calls the future', () => {
    expect(linePoints([at(700), at(20), at(-30)], NOW)).toEqual([at(600, null), at(20), at(0, null)]);
  });

  it('draws silence as a gap, and lateness as none', () => {
    const values = linePoints([at(100), at(80), at(50), at(40)], NOW).map(({ value }) => value);
    expect(values).toEqual([null, 1, 1, null, 1, 1, null]);
  });
});
