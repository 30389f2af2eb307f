'use client';
import { useMemo } from 'react';
import { type ClockChange, upcomingWindows } from '#/domain/maintenance/upcoming-windows';
import { type WindowSettings, isTimeZone } from '#/domain/maintenance/window';
import { formatDuration, wallTime } from '../clock/format';
import { useNowMs } from '../clock/now';
import { Mark } from '../kit/mark';

/** Windows shown. */
const SHOWN = 4;
const MINUTE_MS = 60_000;

const CLOCK_WORDS: Record<ClockChange, string> = {
  start_skipped: 'The clock jumps over the start: it begins at the next valid minute.',
  start_twice: 'The start comes twice that night: it begins the first time.',
  during: 'The clock changes inside: the length in minutes stays.',
};

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** The next windows as they would be, and the nights on which a clock change touches one. */
export function WindowPreview({ window, valid }: { window: WindowSettings; valid: boolean }) {
  const minute = Math.floor(useNowMs() / MINUTE_MS);
  const usable = valid && TIME.test(window.time) && window.duration >= 300 && window.duration <= 86_400 && isTimeZone(window.timezone);
  const key = JSON.stringify(window);
  const windows = useMemo(
    () => (usable ? upcomingWindows(JSON.parse(key) as WindowSettings, minute * MINUTE_MS, SHOWN) : []),
    [usable, key, minute],
  );
  if (!usable) return null;
  if (windows.length === 0) {
    return (
      <p className="text-sm text-muted">
        {window.enabled ? 'No day is chosen, so there is never a window.' : 'No window: the strategy “maintenance” cannot be used.'}
      </p>
    );
  }
  const wall = (ms: number) => wallTime(new Date(ms), window.timezone);
  const days = Array.isArray(window.days) ? window.days : [];
  return (
    <section aria-label="Next windows" className="rounded-md border border-line bg-raised">
      <h3 className="px-3 pt-2 text-xs font-semibold">
        Next windows{days.length === 0 && window.schedule === 'custom' ? ' (no day)' : ''}
      </h3>
      <ol className="divide-y divide-line">
        {windows.map(({ startMs, endMs, clockChange }) => {
          const start = wall(startMs);
          const end = wall(endMs);
          return (
            <li key={startMs} className="px-3 py-1.5 text-sm">
              <span className="tabular flex flex-wrap items-baseline gap-x-2 font-mono text-xs">
                <span>
                  {new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: window.timezone }).format(startMs)} {start.date}
                </span>
                <span>
                  {start.time.slice(0, 5)} <span className="text-muted">{start.offset}</span> – {end.time.slice(0, 5)}
                  {end.offset !== start.offset && <span className="text-muted"> {end.offset}</span>}
                </span>
                <span className="font-sans text-muted">{formatDuration(endMs - startMs)}</span>
              </span>
              {clockChange && (
                <Mark priority="p3" className="text-xs !whitespace-normal">
                  {CLOCK_WORDS[clockChange]}
                </Mark>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
