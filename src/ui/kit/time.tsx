'use client';
import { usePreferences } from '../preferences/preferences';
import { useNowMs } from '../clock/now';
import { wallTime, zoneCity } from '../clock/format';
import { cx } from './class-names';

type TimeProps = {
  at: Date | string;
  /** IANA zone of the site; UTC when the thing belongs to no site. */
  zone: string;
  /** Show seconds (logs, timelines). */
  seconds?: boolean;
  /** Show the date also when it is today. */
  withDate?: boolean;
  /** Show the city of the zone. */
  withCity?: boolean;
};

/** An instant as "02:10 +02:00", site-local or UTC as the person has chosen; the other one is in the tooltip. */
export function Time({ at, zone, seconds = false, withDate = false, withCity = false }: TimeProps) {
  const { timeMode } = usePreferences();
  const nowMs = useNowMs();
  const instant = typeof at === 'string' ? new Date(at) : at;
  const shownZone = timeMode === 'utc' ? 'UTC' : zone;
  const wall = wallTime(instant, shownZone);
  const today = wallTime(new Date(nowMs), shownZone).date === wall.date;
  const clock = seconds ? wall.time : wall.time.slice(0, 5);
  const offset = shownZone === 'UTC' ? 'Z' : ` ${wall.offset}`;
  const city = withCity && shownZone !== 'UTC' ? ` ${zoneCity(shownZone)}` : '';
  const other = timeMode === 'utc' ? wallTime(instant, zone) : null;
  const tooltip = other ? `${other.date} ${other.time} ${other.offset} ${zoneCity(zone)}` : `${instant.toISOString()}`;
  return (
    <time dateTime={instant.toISOString()} title={tooltip} className={cx('whitespace-nowrap', withCity && 'max-sm:whitespace-normal')}>
      {withDate || !today ? `${wall.date} ` : ''}
      {clock}
      <span className="text-muted">
        {offset}
        {city}
      </span>
    </time>
  );
}
