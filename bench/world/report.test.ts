import { describe, expect, it } from 'vitest';
import { aimText, type Figure, isMet, numberText } from './figure';
import { asMarkdown, asTable } from './report';
import { percentile } from './statistics';

const met: Figure = { group: 'a', what: 'carried', value: 10_000, unit: 'messages/s', aim: { atLeast: 9950 } };
const missed: Figure = {
  group: 'b',
  what: 'click, p99',
  value: 300.4,
  unit: 'ms',
  aim: { atMost: 250 },
  reference: { what: 'bare', value: 100, unit: 'ms' },
  note: 'two cores',
};

describe('the report', () => {
  it('says what is met and what is not', () => {
    expect([isMet(met), isMet(missed), isMet({ ...met, aim: undefined })]).toEqual([true, false, null]);
    expect(isMet({ ...missed, value: Number.NaN })).toBe(false);
    expect([aimText(met), aimText(missed)]).toEqual(['≥ 9,950 messages/s', '≤ 250 ms']);
  });

  it('puts misses with their cause into the page', () => {
    const page = asMarkdown([met, missed], { date: new Date(0), postgres: 'PostgreSQL 18', quick: false, seconds: 1 });
    expect(page).toContain('| b | click, p99 | 300 ms | ≤ 250 ms | bare: 100 ms | 3.00 | **no** |');
    expect(page.slice(page.indexOf('## Missed'))).toContain('- **b, click, p99**: two cores');
    expect(asTable([met, missed])).toContain('b  click, p99: two cores');
  });

  it('writes numbers that can be read', () => {
    expect([0.6649, 12.34, 1234.5, 3, Number.NaN].map(numberText)).toEqual(['0.66', '12.3', '1,235', '3', 'none']);
  });
});

describe('a percentile', () => {
  it('is a sample by nearest rank', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([percentile(samples, 0.5), percentile(samples, 0.99), percentile(samples, 1), percentile([7], 0.5)]).toEqual([50, 99, 100, 7]);
    expect(percentile([], 0.5)).toBeNaN();
  });
});
