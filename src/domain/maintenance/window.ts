/** When a gateway may be serviced: recurring wall-clock windows of the settings, in the site's time zone. */
import { Temporal } from 'temporal-polyfill';
import { type GatewaySettingsBody, WEEKDAYS } from '../settings/gateway-settings';

export type WindowSettings = GatewaySettingsBody['maintenance_window'];
/** Instants in ms since the epoch; the end is exclusive. */
export type MaintenanceWindow = { startMs: number; endMs: number };

const DAYS_OF: Record<Exclude<WindowSettings['schedule'], 'custom'>, readonly string[]> = {
  daily: WEEKDAYS,
  weekdays: WEEKDAYS.slice(0, 5),
  weekends: WEEKDAYS.slice(5),
};

/** Whether the runtime knows this IANA zone. An offset such as +01:00 is none: it knows no summer time. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/** The window that is open at `nowMs`, else the next one; null when there is never one. Throws RangeError for an unknown zone. */
export function nextWindow(settings: WindowSettings, nowMs: number): MaintenanceWindow | null {
  if (!settings.enabled) return null;
  const days = settings.schedule === 'custom' ? settings.days : DAYS_OF[settings.schedule];
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(settings.timezone).toPlainDate();
  // A window lasts at most a day, so one that is open now began yesterday at the earliest (two days with a clock change).
  for (let offset = -2; offset <= 8; offset += 1) {
    const date = today.add({ days: offset });
    if (!(days as readonly string[]).includes(WEEKDAYS[date.dayOfWeek - 1] as string)) continue;
    const startMs = startOf(date, settings);
    const endMs = startMs + settings.duration * 1000;
    if (endMs > nowMs) return { startMs, endMs };
  }
  return null;
}

/** The window that is open at `nowMs`, or null. */
export function openWindow(settings: WindowSettings, nowMs: number): MaintenanceWindow | null {
  const window = nextWindow(settings, nowMs);
  return window !== null && window.startMs <= nowMs ? window : null;
}

/** A wall time that a clock change skips begins at the next valid minute; one that comes twice begins the first time. */
function startOf(date: Temporal.PlainDate, settings: WindowSettings): number {
  const plainTime = Temporal.PlainTime.from(settings.time);
  const start = date.toZonedDateTime({ timeZone: settings.timezone, plainTime });
  if (start.toPlainTime().equals(plainTime) && start.toPlainDate().equals(date)) return start.epochMilliseconds;
  const jump = start.add({ minutes: 1 }).getTimeZoneTransition('previous');
  return (jump ?? start).epochMilliseconds;
}
