'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { STATUS_WORDS, words } from '../gateways/gateway-words';
import { jobWords } from '../jobs/job-words';
import { CodeLink } from '../kit/code-link';
import { Mark, type Priority } from '../kit/mark';
import { MoreRows } from '../kit/more-rows';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { type RouterOutputs, useTRPC } from '../trpc/client';

type Entry = RouterOutputs['gateways']['timeline']['rows'][number];

const CHANGE_WORDS: Record<string, { label: string; priority: Priority }> = {
  'settings.changed': { label: 'Settings', priority: 'none' },
  'gateway.enrolment_issued': { label: 'Token issued', priority: 'none' },
  'gateway.enrolled': { label: 'Enrolled', priority: 'none' },
  'gateway.fell_back': { label: 'Fell back', priority: 'p2' },
  'command.refused': { label: 'Refused', priority: 'p3' },
};

/** What has happened to the gateway, newest first: jobs, comings and goings, changes. */
export function TimelinePanel({ gatewayId, zone }: { gatewayId: string; zone: string }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.gateways.timeline.infiniteQueryOptions({ gatewayId, limit: 60 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows);
  return (
    <Panel title="Timeline" flush>
      <QueryState query={query} loading="Loading the timeline" rows={12} failed="The timeline could not be read" />
      {rows?.length === 0 && <EmptyState title="Nothing has happened yet">The first connection or job is the first entry.</EmptyState>}
      {rows && rows.length > 0 && (
        <ol className="divide-y divide-line">
          {rows.map((entry) => (
            <TimelineEntry key={entry.key} entry={entry} zone={zone} />
          ))}
        </ol>
      )}
      <MoreRows query={query} />
    </Panel>
  );
}

function wordsOf(entry: Entry): { label: string; priority: Priority } {
  if (entry.kind === 'presence') return words(STATUS_WORDS, entry.what);
  if (entry.kind === 'change') return CHANGE_WORDS[entry.what] ?? { label: entry.what, priority: 'none' };
  if (entry.what === 'action') return { label: 'Ordered', priority: 'none' };
  if (entry.what === 'note') return { label: 'Note', priority: 'none' };
  return jobWords(entry.what);
}

function TimelineEntry({ entry, zone }: { entry: Entry; zone: string }) {
  const { label, priority } = wordsOf(entry);
  return (
    <li className="grid grid-cols-[11.5rem_9rem_minmax(0,1fr)_auto] items-baseline gap-x-3 px-3 py-1.5 text-sm max-md:grid-cols-[minmax(0,1fr)_auto]">
      <span className="text-xs">
        <Time at={entry.at} zone={zone} seconds withDate />
      </span>
      <Mark priority={priority} className="text-xs max-md:justify-self-end">
        {label}
      </Mark>
      <span className="min-w-0 break-words max-md:col-span-2">
        {entry.message}
        {entry.actor && !entry.message.startsWith(entry.actor) && <span className="text-xs text-muted"> · {entry.actor}</span>}
      </span>
      <span className="text-right max-md:col-span-2 max-md:text-left">
        {entry.jobId && (
          <CodeLink href={`/jobs/${entry.jobId}`} className="whitespace-nowrap">
            {entry.jobId}
          </CodeLink>
        )}
      </span>
    </li>
  );
}
