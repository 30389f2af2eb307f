'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { operationOf, switchesSlot } from '#/domain/jobs/operations';
import { formatBytes } from '../clock/format';
import { LiveJobProgress, useJobNow } from '../jobs/live-progress';
import { buttonClass } from '../kit/button';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { type RouterOutputs, useTRPC } from '../trpc/client';

type Running = RouterOutputs['fleet']['running']['jobs'][number];

/** What moves right now, with bars that move. */
export function RunningPanel({ scope }: { scope: { siteCode?: string } }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.fleet.running.queryOptions(scope));
  return (
    <Panel
      title="Running now"
      aside={query.data && <span className="tabular">{query.data.total.toLocaleString('en-GB')} in all</span>}
      flush
    >
      <QueryState query={query} loading="Loading running jobs" rows={6} failed="The running jobs could not be read" />
      {query.data?.jobs.length === 0 && (
        <EmptyState
          title="No update is running"
          action={
            <Link prefetch={false} href="/gateways" className={buttonClass()}>
              Choose a gateway
            </Link>
          }
        >
          Open a gateway and choose “Update now”.
        </EmptyState>
      )}
      {query.data && query.data.jobs.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
        <ul tabIndex={0} aria-label="Running jobs" className="max-h-[26rem] divide-y divide-line overflow-y-auto -outline-offset-2">
          {query.data.jobs.map((job) => (
            <RunningRow key={job.id} job={job} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function RunningRow({ job }: { job: Running }) {
  const now = useJobNow(job);
  const speed = now.bytesPerSecond ?? job.speedBytesPerSecond;
  return (
    <li>
      <Link prefetch={false} href={`/jobs/${job.id}`} className="flex flex-col gap-1 px-3 py-2 -outline-offset-2 hover:bg-hover">
        <span className="flex items-baseline justify-between gap-2">
          <span className="truncate font-mono text-xs font-medium">{job.gatewayName}</span>
          <span className="font-mono text-xs whitespace-nowrap text-muted">
            {switchesSlot(operationOf(job.operation)) && `${job.fromVersion ?? '?'} → `}
            {job.toVersion}
            {now.state === 'downloading' && speed > 0 && ` · ${formatBytes(speed)}/s`}
          </span>
        </span>
        <LiveJobProgress job={job} label={`Progress of ${job.gatewayName}`} />
      </Link>
    </li>
  );
}
