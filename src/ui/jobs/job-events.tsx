'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { JobOperation } from '#/domain/jobs/operations';
import { Mark, type Priority } from '../kit/mark';
import { MoreRows } from '../kit/more-rows';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { jobWords } from './job-words';

type Event = RouterOutputs['jobs']['events']['rows'][number];

/** Everything that was said and ordered about the job, newest first. */
export function JobEvents({ jobId, operation, zone }: { jobId: string; operation: JobOperation; zone: string }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.jobs.events.infiniteQueryOptions({ jobId, limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows);
  return (
    <Panel title="Timeline" flush>
      <QueryState query={query} loading="Loading the timeline" rows={8} failed="The timeline could not be read" />
      {rows?.length === 0 && <EmptyState title="Nothing has happened yet" />}
      {rows && rows.length > 0 && (
        <ol className="divide-y divide-line">
          {rows.map((event) => (
            <EventRow key={event.id} event={event} operation={operation} zone={zone} />
          ))}
        </ol>
      )}
      <MoreRows query={query} />
    </Panel>
  );
}

function wordsOf(event: Event, operation: JobOperation): { label: string; priority: Priority } {
  if (event.kind === 'state' && event.state) return jobWords(event.state, operation);
  return { label: event.kind === 'action' ? 'Ordered' : 'Note', priority: 'none' };
}

function EventRow({ event, operation, zone }: { event: Event; operation: JobOperation; zone: string }) {
  const { label, priority } = wordsOf(event, operation);
  return (
    <li className="grid grid-cols-[7.5rem_8.5rem_minmax(0,1fr)] items-baseline gap-x-3 px-3 py-1.5 text-sm max-sm:grid-cols-[minmax(0,1fr)_auto]">
      <span className="text-xs">
        <Time at={event.at} zone={zone} seconds />
      </span>
      <Mark priority={priority} className="text-xs max-sm:justify-self-end">
        {label}
      </Mark>
      <span className="min-w-0 break-words max-sm:col-span-2">
        {event.message}
        {!event.message.startsWith(event.actor) && <span className="text-xs text-muted"> · {event.actor}</span>}
      </span>
    </li>
  );
}
