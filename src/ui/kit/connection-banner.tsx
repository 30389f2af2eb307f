'use client';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { formatAge, wallTime } from '../clock/format';
import { useNowMs } from '../clock/now';
import { fleetLinkFault } from '../live/fleet-link-words';
import { useLinkState } from '../live/live-context';
import { useMissedAnswer } from '../live/server-answers';
import { useTRPC } from '../trpc/client';

/**
 * Says what breaks the way from the fleet to this page, since when, and how old what one sees is: this page's own stream,
 * else the server's answers, its controller or broker. Nothing while all is well. What changes every second is not read out again.
 */
export function ConnectionBanner() {
  const link = useLinkState();
  const nowMs = useNowMs();
  // Read again with every beat of the stream (live-provider.tsx).
  const { data: fleetLink, dataUpdatedAt, fetchStatus, isError } = useQuery(useTRPC().fleet.link.queryOptions());
  const missedMs = useMissedAnswer({ dataUpdatedAt, fetchStatus, isError }, nowMs);
  const lostAtMs = link.status === 'lost' ? link.lostAtMs : null;
  const silentMs = lostAtMs === null ? missedMs : null;
  const fault = fleetLink && lostAtMs === null && silentMs === null ? fleetLinkFault(fleetLink, nowMs) : null;
  return (
    <div role="status" aria-live="polite">
      {lostAtMs !== null && (
        <Strip>
          <strong>Connection lost at {wallTime(new Date(lostAtMs), Intl.DateTimeFormat().resolvedOptions().timeZone).time}.</strong>{' '}
          <span aria-hidden className="text-text">
            What you see is {formatAge(Math.max(nowMs - (link.lastHeardAtMs ?? lostAtMs), missedMs ?? 0))} old. Reconnecting …
          </span>
        </Strip>
      )}
      {silentMs !== null && (
        <Strip>
          <strong>The server does not answer.</strong>{' '}
          <span aria-hidden className="text-text">
            What you see is {formatAge(silentMs)} old. Trying again …
          </span>
        </Strip>
      )}
      {fault && (
        <Strip>
          <strong>
            {fault.fact}
            {fault.age && <span aria-hidden> for {fault.age}</span>}:
          </strong>{' '}
          <span className="text-text">{fault.age && <span aria-hidden>what you see is {fault.age} old and </span>}orders wait.</span>
        </Strip>
      )}
    </div>
  );
}

function Strip({ children }: { children: ReactNode }) {
  return (
    <p className="hatched border-b border-p2 bg-p2-fill px-4 py-1.5 text-sm text-p2">
      <span aria-hidden>▲ </span>
      {children}
    </p>
  );
}
