'use client';
/** One job, live: where it stands, what holds it, what has happened, and the three things one may do. */
import { useQuery } from '@tanstack/react-query';
import { nextOperation } from '#/domain/jobs/next-operation';
import { switchesSlot } from '#/domain/jobs/operations';
import { gatewayCrumbs } from '../gateway/gateway-header';
import { Age } from '../kit/age';
import { Mark } from '../kit/mark';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { useLiveScope } from '../live/live-context';
import { HoldsWithWays } from '../overrides/holds-with-ways';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { DecisionPanel } from './decision-panel';
import { KeepNotice } from './keep-notice';
import { JobActions } from './job-actions';
import { JobEvents } from './job-events';
import { JobFacts } from './job-facts';
import { JobOutcome } from './job-outcome';
import { JobProgress } from './job-progress';
import { isFinished, jobWords, OPERATION_WORDS, standingOf, UNDECIDED } from './job-words';
import { useJobNow } from './live-progress';
import { PhaseStepper } from './phase-stepper';

export type Job = RouterOutputs['jobs']['byId'];

/** Behind the live hints, for what holds an unfinished job: its ages would go on for ever otherwise. */
const POLL_MS = 5_000;

export function JobPage({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  useLiveScope('job', jobId);
  const query = useQuery(
    trpc.jobs.byId.queryOptions(
      { jobId },
      { refetchInterval: ({ state }) => (state.data && isFinished(state.data.state) ? false : POLL_MS) },
    ),
  );
  const job = query.data;
  if (!job) {
    return <QueryState query={query} loading="Loading the job" rows={12} failed="The job could not be read" />;
  }
  const zone = job.gateway.site.timezone;
  return (
    <>
      <JobHeader job={job} />
      <JobOutcome job={job} />
      <DecisionPanel job={job} />
      <KeepNotice job={job} />
      <Panel title="Phases">
        <PhaseStepper job={job} zone={zone} />
        <JobProgress job={job} />
      </Panel>
      <div className="grid min-w-0 items-start gap-3 xl:grid-cols-[minmax(0,7fr)_minmax(0,5fr)]">
        <div className="grid min-w-0 gap-3">
          {!job.finished && (
            <Panel title={job.waitsToBeKept ? 'Why it is not kept yet' : 'Why not now'} className="min-h-40" flush>
              <HoldsWithWays
                holds={job.holds}
                readAt={job.readAt}
                zone={zone}
                free={freeWords(job)}
                gateway={job.gateway}
                operation={nextOperation(job, job.operation)}
                jobId={job.id}
              />
            </Panel>
          )}
          <JobEvents jobId={job.id} operation={job.operation} zone={zone} />
        </div>
        <JobFacts job={job} />
      </div>
    </>
  );
}

function freeWords(job: Job): string {
  if (job.state === 'paused') return 'It is paused: it goes on when someone resumes it.';
  if (job.state === 'downloaded' && job.intent === 'download') return 'The download rests on the gateway until an install is ordered.';
  if (job.state === 'written' && !job.options.rebootAfter) return 'The slot is written; the reboot was not ordered with this job.';
  if (job.state === 'offered') return 'Nothing holds it: the order is on its way to the gateway.';
  return 'Nothing holds it: it is running.';
}

function JobHeader({ job }: { job: Job }) {
  const now = useJobNow(job);
  const { label, priority } = jobWords(
    job.undecided ? UNDECIDED : job.heldState || job.waitsToBeKept ? standingOf(job) : now.state,
    job.operation,
  );
  return (
    <PageHeader
      title={<span className="font-mono">{job.id}</span>}
      crumbs={[...gatewayCrumbs(job.gateway), { label: job.gateway.name, href: `/gateways/${job.gateway.id}` }, { label: job.id }]}
      lead={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-0.5">
          <span role="status">
            <Mark priority={priority} className="font-medium">
              {label}
            </Mark>
          </span>
          <span>
            <Age at={job.stateChangedAt} suffix={job.finished ? 'ago' : 'so far'} />
          </span>
          {job.operation !== 'update' && <span>{OPERATION_WORDS[job.operation]}</span>}
          {switchesSlot(job.operation) ? (
            <>
              <span className="font-mono text-xs">
                {job.fromVersion ?? '?'} → <span className="text-text">{job.toVersion}</span>
              </span>
              <span>slot {job.targetSlot}</span>
            </>
          ) : (
            <span className="font-mono text-xs">{job.toVersion}</span>
          )}
        </span>
      }
      actions={<JobActions job={job} />}
    />
  );
}
