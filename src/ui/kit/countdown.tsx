'use client';
import { formatDuration } from '../clock/format';
import { useNowMs } from '../clock/now';
import { cx } from './class-names';

/** How long until an instant, to the second; `over` is said once it has passed. Not for a live region: it changes every second. */
export function Countdown({
  until,
  over,
  urgentMs = 0,
  className,
}: {
  until: Date | string;
  over: string;
  /** From here on it is emphasised. */
  urgentMs?: number;
  className?: string;
}) {
  const nowMs = useNowMs();
  const end = new Date(until);
  const leftMs = end.getTime() - nowMs;
  return (
    <time
      dateTime={end.toISOString()}
      title={end.toISOString()}
      className={cx('tabular whitespace-nowrap', leftMs < urgentMs && 'font-semibold', className)}
    >
      {leftMs > 0 ? formatDuration(leftMs) : over}
    </time>
  );
}
