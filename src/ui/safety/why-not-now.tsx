'use client';
/** "Why not now": everything that holds, in order, each with value, limit, age, source, what would clear it and what one can do. */
import type { ReactNode } from 'react';
import type { Hold } from '#/domain/jobs/hold';
import { formatAge, formatDuration } from '../clock/format';
import { useNowMs } from '../clock/now';
import { Time } from '../kit/time';
import { TimedText } from '../kit/timed-text';
import { holdTitle } from './constraint-words';

type Props = {
  holds: readonly Hold[];
  /** When the holds were true. */
  readAt: Date;
  zone: string;
  /** What is said when nothing holds. */
  free: string;
  /** What a person can do about a hold. */
  way?: (hold: Hold) => ReactNode;
};

/** The list of holds, most lasting first. */
export function WhyNotNow({ holds, readAt, zone, free, way }: Props) {
  if (holds.length === 0) return <p className="px-3 py-3 text-sm">{free}</p>;
  return (
    <ol className="divide-y divide-line">
      {holds.map((hold) => (
        <HoldRow key={`${hold.kind} ${hold.constraint ?? ''}`} hold={hold} readAt={readAt} zone={zone} way={way} />
      ))}
    </ol>
  );
}

function HoldRow({ hold, readAt, zone, way }: { hold: Hold } & Pick<Props, 'readAt' | 'zone' | 'way'>) {
  const nowMs = useNowMs();
  const ageMs = hold.ageMs === undefined ? null : hold.ageMs + Math.max(0, nowMs - readAt.getTime());
  return (
    <li className="grid grid-cols-[10.5rem_minmax(0,1fr)_auto] gap-x-3 gap-y-0.5 px-3 py-2 text-sm max-sm:grid-cols-[minmax(0,1fr)_auto]">
      <span className="flex items-baseline gap-1.5 font-medium">
        <span aria-hidden className="text-muted">
          ⊘
        </span>
        {holdTitle(hold)}
        {hold.hard && <span className="text-2xs font-normal text-muted uppercase">hard</span>}
      </span>
      <span className="min-w-0 max-sm:col-span-2 max-sm:row-start-2">
        <span className="block first-letter:uppercase">
          <TimedText text={hold.message} zone={zone} />
        </span>
        <span className="block text-xs text-muted">
          Clears when <Clears hold={hold} zone={zone} nowMs={nowMs} />
        </span>
        {way && <span className="block pt-1">{way(hold)}</span>}
      </span>
      <span className="tabular text-right text-xs">
        {hold.value && (
          <span className="block whitespace-nowrap">
            <span className="font-medium">{hold.value}</span>
            {hold.limit && <span className="text-muted"> · limit {hold.limit}</span>}
          </span>
        )}
        <span className="block text-muted">
          {hold.source && `${hold.source} · `}
          {ageMs !== null && `${formatAge(ageMs)} ${hold.kind === 'gateway_offline' ? 'ago' : 'old'}`}
        </span>
      </span>
    </li>
  );
}

function Clears({ hold, zone, nowMs }: { hold: Hold; zone: string; nowMs: number }) {
  if (!hold.clearsAt) return <TimedText text={hold.clearsWhen} zone={zone} />;
  const leftMs = Date.parse(hold.clearsAt) - nowMs;
  return (
    <>
      {hold.kind === 'maintenance_window' ? 'the window begins at ' : 'it is '}
      <Time at={hold.clearsAt} zone={zone} withCity />
      {leftMs > 0 && `, in ${formatDuration(leftMs)}`}
    </>
  );
}
