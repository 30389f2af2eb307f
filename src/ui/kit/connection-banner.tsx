'use client';
import { formatAge, wallTime } from '../clock/format';
import { useNowMs } from '../clock/now';
import { useLinkState } from '../live/live-context';

/** Says that the stream is down, since when, and how old what one sees is. Nothing while all is well. */
export function ConnectionBanner() {
  const link = useLinkState();
  const nowMs = useNowMs();
  return (
    <div role="status" aria-live="polite">
      {link.status === 'lost' && link.lostAtMs !== null && (
        <p className="hatched border-b border-p2 bg-p2-fill px-4 py-1.5 text-sm text-p2">
          <span aria-hidden>▲ </span>
          <strong>Connection lost at {wallTime(new Date(link.lostAtMs), Intl.DateTimeFormat().resolvedOptions().timeZone).time}.</strong>{' '}
          <span aria-hidden className="text-text">
            What you see is {formatAge(nowMs - (link.lastHeardAtMs ?? link.lostAtMs))} old. Reconnecting …
          </span>
        </p>
      )}
    </div>
  );
}
