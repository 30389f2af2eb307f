import { describe, expect, it } from 'vitest';
import { upcomingWindows } from './upcoming-windows';
import type { WindowSettings } from './window';

const settings = (over: Partial<WindowSettings> = {}): WindowSettings => ({
  enabled: true,
  schedule: 'daily',
  time: '02:30',
  duration: 3600,
  days: [],
  timezone: 'Europe/Amsterdam',
  ...over,
});
const shown = (over: Partial<WindowSettings>, now: string, count = 3) =>
  upcomingWindows(settings(over), Date.parse(now), count).map(({ startMs, clockChange }) => [new Date(startMs).toISOString(), clockChange]);

describe('upcoming windows', () => {
  it('lists the next ones in order, the open one first, then what the coming clock changes touch', () => {
    expect(shown({}, '2026-06-01T00:45:00Z')).toEqual([
      ['2026-06-01T00:30:00.000Z', null],
      ['2026-06-02T00:30:00.000Z', null],
      ['2026-06-03T00:30:00.000Z', null],
      ['2026-10-25T00:30:00.000Z', 'start_twice'],
      ['2027-03-28T01:00:00.000Z', 'start_skipped'],
    ]);
  });

  it('names a window once when it is near and touched', () => {
    expect(shown({}, '2026-10-24T12:00:00Z', 2).filter(([, change]) => change === 'start_twice')).toHaveLength(1);
  });

  it('says when the clock changes inside a window', () => {
    expect(shown({ time: '00:00', duration: 4 * 3600 }, '2026-10-24T12:00:00Z', 1)[0]).toEqual(['2026-10-24T22:00:00.000Z', 'during']);
  });

  it('has nothing to say in a zone without clock changes, for windows on other days, and for no window', () => {
    expect(shown({ timezone: 'Asia/Kolkata' }, '2026-06-01T12:00:00Z').every(([, change]) => change === null)).toBe(true);
    expect(shown({ schedule: 'weekdays' }, '2026-06-01T12:00:00Z')).toHaveLength(3);
    expect(shown({ enabled: false }, '2026-06-01T12:00:00Z')).toEqual([]);
    expect(shown({ timezone: 'Mars/Olympus' }, '2026-06-01T12:00:00Z')).toEqual([]);
    expect(shown({ schedule: 'custom', days: [] }, '2026-06-01T12:00:00Z')).toEqual([]);
  });
});
