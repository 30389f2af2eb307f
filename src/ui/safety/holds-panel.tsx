'use client';
import { useQuery } from '@tanstack/react-query';
import type { JobState } from '#/domain/jobs/job-machine';
import { nextOperation } from '#/domain/jobs/next-operation';
import type { JobOperation } from '#/domain/jobs/operations';
import { Badge } from '../kit/mark';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { HoldsWithWays } from '../overrides/holds-with-ways';
import { useTRPC } from '../trpc/client';
import { SAFETY_POLL_MS } from './signals-panel';

type Props = {
  gateway: { id: string; siteId: string; name: string };
  /** Its unfinished job: an override is for it, and for what it does next. */
  job: { id: string; operation: JobOperation; state: JobState; heldState: JobState | null } | null;
  zone: string;
};

/** "Why not now" of a gateway: what would hold an update that writes and reboots at this moment, or keeps a new version from being kept. */
export function HoldsPanel({ gateway, job, zone }: Props) {
  const gatewayId = gateway.id;
  const trpc = useTRPC();
  const query = useQuery(trpc.safety.status.queryOptions({ gatewayId }, { refetchInterval: SAFETY_POLL_MS }));
  const safety = query.data;
  return (
    <Panel
      title="Why not now"
      // Holds come and go with every move of the crane: what is below must not jump.
      className="min-h-52"
      aside={
        safety && (
          <>
            {safety.keeps ? 'before the new version is kept' : `strategy ${safety.strategy}`}
            <Badge>
              {safety.holds.length === 0 ? 'Nothing holds' : `${safety.holds.length} ${safety.holds.length === 1 ? 'hold' : 'holds'}`}
            </Badge>
          </>
        )
      }
      flush
    >
      <QueryState query={query} loading="Loading what holds" rows={3} failed="What holds this gateway could not be read" />
      {safety && (
        <HoldsWithWays
          holds={safety.holds}
          readAt={safety.evaluatedAt}
          zone={zone}
          free={
            safety.keeps
              ? 'Nothing holds it at this moment: the new version is kept.'
              : 'An update could write and reboot at this moment: nothing holds it.'
          }
          gateway={gateway}
          operation={job ? nextOperation(job, job.operation) : 'O3'}
          jobId={job?.id ?? null}
        />
      )}
    </Panel>
  );
}
