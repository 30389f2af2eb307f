import { describe, expect, it } from 'vitest';
import { formatAge, formatBytes, formatDuration, wallTime, zoneCity } from './format';

describe('times as text', () => {
  it.each([
    [0, '0 s'],
    [89_999, '89 s'],
    [90_000, '1 min'],
    [89 * 60_000, '89 min'],
    [90 * 60_000, '1 h'],
    [49 * 3_600_000, '2 d'],
    [-5, '0 s'],
  ])('age of %d ms is %s', (ms, text) => expect(formatAge(ms)).toBe(text));

  it.each([
    [45_000, '45 s'],
    [125_000, '2 min 05 s'],
    [4_800_000, '1 h 20 min'],
  ])('duration of %d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it.each([
    [999, '999 B'],
    [12_400_000, '12.4 MB'],
    [250_000_000, '250 MB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('shows the wall clock of the site with its offset, also half hours and midnight', () => {
    const at = new Date('2026-07-01T18:30:05Z');
    expect(wallTime(at, 'Europe/Amsterdam')).toEqual({ date: '2026-07-01', time: '20:30:05', offset: '+02:00' });
    expect(wallTime(at, 'Asia/Kolkata')).toEqual({ date: '2026-07-02', time: '00:00:05', offset: '+05:30' });
    expect(wallTime(at, 'UTC')).toEqual({ date: '2026-07-01', time: '18:30:05', offset: '+00:00' });
  });

  it('names the city of a zone', () => expect(zoneCity('America/New_York')).toBe('New York'));
});
