import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockText, scaledSize, sizeText, speedText, uptimeText, wireTime } from './wire-text';

describe('numbers for people', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [452_000_000, '452 MB'],
    [4_194_304, '4.2 MB'],
    [999_960_000, '1 GB'],
    [20_500_000_000, '20.5 GB'],
  ])('%d bytes are %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));

  it('never shows 1000 of a unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9e14 }), (bytes) => {
        const { size, size_bytes } = scaledSize(bytes);
        expect(size).toBeLessThan(1000);
        expect(size_bytes).toBe(bytes);
      }),
    );
  });

  it.each([
    [0, '00:00'],
    [59.6, '01:00'],
    [150, '02:30'],
    [3599, '59:59'],
    [3600, '01:00:00'],
    [360_000, '100:00:00'],
    [-5, '00:00'],
  ])('%d s are %s', (seconds, text) => expect(clockText(seconds)).toBe(text));

  it('writes speed, uptime and time', () => {
    expect(speedText(5_200_000)).toBe('5.2 MB/s');
    expect(uptimeText(19 * 86_400 + 3 * 3600 + 12 * 60 + 59)).toBe('19d 3h 12m');
    expect(uptimeText(61)).toBe('1m');
    expect(uptimeText(86_400)).toBe('1d 0h 0m');
    expect(wireTime(new Date('2026-03-15T10:30:45.678Z'))).toBe('2026-03-15T10:30:45Z');
  });
});
