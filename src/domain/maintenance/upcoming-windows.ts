/** The next maintenance windows for a person who sets them: with a warning where a clock change touches one. */
import { Temporal } from 'temporal-polyfill';
import { isTimeZone, nextWindow, type MaintenanceWindow, type WindowSettings } from './window';

/** start_skipped: that wall time does not exist; start_twice: it comes twice; during: the clock changes inside. */
export type ClockChange = 'start_skipped' | 'start_twice' | 'during';
export type UpcomingWindow = MaintenanceWindow & { clockChange: ClockChange | null };

const DAY_MS = 86_400_000;
/** Clock changes looked at: both of a year. */
const CHANGES_AHEAD = 2;

/** The next `count` windows (the open one first), then those further on that a clock change touches. Empty when there is none. */
export function upcomingWindows(settings: WindowSettings, nowMs: number, count: number): UpcomingWindow[] {
  if (!isTimeZone(settings.timezone)) return [];
  const windows = windowsFrom(settings, nowMs, count);
  const touched = changesAfter(settings.timezone, nowMs).flatMap((changeMs) =>
    windowsFrom(settings, changeMs - 2 * DAY_MS, 5).filter((window) => window.startMs > nowMs && window.clockChange !== null),
  );
  const further = touched.filter((window, at) => touched.findIndex((other) => other.startMs === window.startMs) === at);
  return [...windows, ...further.filter((window) => windows.every((near) => near.startMs !== window.startMs))];
}

function windowsFrom(settings: WindowSettings, fromMs: number, count: number): UpcomingWindow[] {
  const windows: UpcomingWindow[] = [];
  let atMs = fromMs;
  while (windows.length < count) {
    const window = nextWindow(settings, atMs);
    if (window === null) break;
    windows.push({ ...window, clockChange: clockChangeOf(window, settings) });
    atMs = window.endMs;
  }
  return windows;
}

/** How a clock change touches a window, or null. */
export function clockChangeOf(window: MaintenanceWindow, settings: WindowSettings): ClockChange | null {
  const zone = settings.timezone;
  const start = Temporal.Instant.fromEpochMilliseconds(window.startMs).toZonedDateTimeISO(zone);
  if (start.toPlainTime().toString({ smallestUnit: 'minute' }) !== settings.time) return 'start_skipped';
  const wall = start.toPlainDateTime();
  const first = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const second = wall.toZonedDateTime(zone, { disambiguation: 'later' });
  if (first.epochMilliseconds !== second.epochMilliseconds) return 'start_twice';
  const end = Temporal.Instant.fromEpochMilliseconds(window.endMs).toZonedDateTimeISO(zone);
  return start.offset === end.offset ? null : 'during';
}

function changesAfter(zone: string, nowMs: number): number[] {
  const changes: number[] = [];
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone);
  while (changes.length < CHANGES_AHEAD) {
    at = at.getTimeZoneTransition('next');
    // Zones with abolished clock changes have transitions long past only.
    if (at === null || at.epochMilliseconds > nowMs + 400 * DAY_MS) break;
    changes.push(at.epochMilliseconds);
  }
  return changes;
}
