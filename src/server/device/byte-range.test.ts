import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange } from './byte-range';

const ETAG = '"abc"';

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { kind: 'part', start: 0, end: 0 }],
    ['bytes=5-', { kind: 'part', start: 5, end: 9 }],
    ['bytes=5-99', { kind: 'part', start: 5, end: 9 }],
    ['bytes=-3', { kind: 'part', start: 7, end: 9 }],
    ['bytes=-99', { kind: 'part', start: 0, end: 9 }],
    ['bytes=10-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=7-5', { kind: 'whole' }],
    ['bytes=0-1,4-5', { kind: 'whole' }],
    ['items=0-1', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=0x1-2', { kind: 'whole' }],
  ])('%s of ten bytes', (header, expected) => {
    expect(parseRange(header, undefined, 10, ETAG)).toEqual(expected);
  });

  it('a range holds only for the file that the client has begun', () => {
    expect(parseRange('bytes=5-', ETAG, 10, ETAG)).toEqual({ kind: 'part', start: 5, end: 9 });
    for (const other of ['"other"', `W/${ETAG}`, 'Wed, 21 Oct 2026 07:28:00 GMT']) {
      expect(parseRange('bytes=5-', other, 10, ETAG)).toEqual({ kind: 'whole' });
    }
  });

  it('never leaves the file, whatever is asked', () => {
    const header = fc.oneof(
      fc.string(),
      fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()).map(([a, b]) => `bytes=${a}-${b}`),
      fc.maxSafeNat().map((n) => `bytes=-${n}`),
    );
    fc.assert(
      fc.property(header, fc.nat(1000), (text, size) => {
        const range = parseRange(text, undefined, size, ETAG);
        if (range.kind !== 'part') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.start).toBeLessThanOrEqual(range.end);
        expect(range.end).toBeLessThan(size);
      }),
    );
  });
});
