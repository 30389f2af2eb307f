'use client';
import { formatAge } from '../clock/format';
import { useNowMs } from '../clock/now';
import { cx } from './class-names';

type AgeProps = {
  /** When the value was true; null: never heard of. */
  at: Date | string | null;
  /** From this age on the value is stale: hatched, and said so. */
  staleAfterMs?: number;
  /** Words after the number: "12 s old". */
  suffix?: string;
};

/** True when the value is missing or older than it may be. */
export function useIsStale(at: Date | string | null, staleAfterMs: number): boolean {
  const nowMs = useNowMs();
  return at === null || nowMs - new Date(at).getTime() > staleAfterMs;
}

/** How old a value is: "12 s old"; hatched when stale, "never" when there is none. */
export function Age({ at, staleAfterMs = Number.POSITIVE_INFINITY, suffix = 'old' }: AgeProps) {
  const nowMs = useNowMs();
  const stale = useIsStale(at, staleAfterMs);
  if (at === null) return <span className="hatched px-1 text-muted">never</span>;
  const instant = new Date(at);
  return (
    <time
      dateTime={instant.toISOString()}
      title={instant.toISOString()}
      className={cx('whitespace-nowrap text-muted', stale && 'hatched px-1 text-text')}
    >
      {formatAge(nowMs - instant.getTime())} {suffix}
      {stale && <span className="sr-only"> (stale)</span>}
    </time>
  );
}
