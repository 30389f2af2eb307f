import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextWindow, openWindow, type WindowSettings } from './window';

const settings = (over: Partial<WindowSettings> = {}): WindowSettings => ({
  enabled: true,
  schedule: 'daily',
  time: '02:00',
  duration: 7200,
  days: [],
  timezone: 'Europe/Berlin',
  ...over,
});
const at = (text: string) => Date.parse(text);
const start = (over: Partial<WindowSettings>, now: string) => {
  const window = nextWindow(settings(over), at(now));
  return window === null ? null : new Date(window.startMs).toISOString();
};

describe('maintenance window', () => {
  it('is the one that is open, else the next', () => {
    expect(start({}, '2026-06-01T00:30:00Z')).toBe('2026-06-01T00:00:00.000Z');
    expect(start({}, '2026-06-01T02:00:00Z')).toBe('2026-06-02T00:00:00.000Z');
    expect(openWindow(settings(), at('2026-06-01T02:00:00Z'))).toBeNull();
  });

  it('begins at the next valid minute when the clock skips its start', () => {
    expect(start({ time: '02:30' }, '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(start({ time: '02:00' }, '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('begins the first time when its start comes twice', () => {
    expect(start({ time: '02:30' }, '2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
  });

  it('keeps to its days, and is never when it has none or is off', () => {
    expect(start({ schedule: 'weekends' }, '2026-06-01T12:00:00Z')).toBe('2026-06-06T00:00:00.000Z');
    expect(start({ schedule: 'custom', days: ['Wednesday'] }, '2026-06-01T12:00:00Z')).toBe('2026-06-03T00:00:00.000Z');
    expect(start({ schedule: 'custom' }, '2026-06-01T12:00:00Z')).toBeNull();
    expect(start({ enabled: false }, '2026-06-01T12:00:00Z')).toBeNull();
  });

  it('never lies behind, and is open for its whole length, in every zone and across clock changes', () => {
    const zones = ['Europe/Berlin', 'America/Los_Angeles', 'Asia/Singapore', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kathmandu'];
    const hour = fc.integer({ min: 0, max: 23 });
    const minute = fc.integer({ min: 0, max: 59 });
    const now = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        hour,
        minute,
        fc.integer({ min: 300, max: 86_400 }),
        now,
        (timezone, h, m, duration, nowMs) => {
          const time = `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`;
          const one = settings({ timezone, time, duration });
          const window = nextWindow(one, nowMs);
          expect(window).not.toBeNull();
          if (window === null) return;
          expect(window.endMs).toBeGreaterThan(nowMs);
          expect(window.endMs - window.startMs).toBe(duration * 1000);
          expect(window.startMs - nowMs).toBeLessThanOrEqual(26 * 3_600_000);
          expect(openWindow(one, window.startMs)).not.toBeNull();
          expect(openWindow(one, window.endMs - 1)).not.toBeNull();
        },
      ),
      { numRuns: 500 },
    );
  });
});
