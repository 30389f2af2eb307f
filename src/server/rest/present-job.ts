/** A job in the words of GET /jobs. */
import type { z } from 'zod';
import { type JobState, PAST_NO_RETURN } from '#/domain/jobs/job-machine';
import type { jobsResponseSchema } from '#/protocol/rest/jobs';
import type { listJobs } from '../jobs/list-jobs';
import { contractStatus, currentOperation, etaSeconds, phasePercent } from '../jobs/read-progress';
import { jobError, shownPercent } from './present-progress';
import { sizeText, wireTime, wireTimeOrNull } from './wire-text';

type ListedJob = Awaited<ReturnType<typeof listJobs>>['jobs'][number];
type Item = z.input<typeof jobsResponseSchema>['jobs'][number];

export function presentJob(job: ListedJob, now: Date): Item {
  const error = jobError(job);
  const bytes = Number(job.bytesTotal);
  return {
    id: job.id,
    type: job.type as Item['type'],
    subtype: subtypeOf(job),
    status: job.listedStatus,
    state: contractStatus(job),
    progress: shownPercent(phasePercent(job)),
    started: wireTime(job.startedAt ?? job.createdAt),
    finished: wireTimeOrNull(job.finishedAt),
    estimated_completion: wireTimeOrNull(estimatedCompletion(job, now)),
    update: { version: job.toVersion, size: sizeText(bytes), size_bytes: bytes },
    details: {
      current_operation: currentOperation(job),
      from_version: job.fromVersion,
      target_partition: job.targetSlot as 'A' | 'B',
      strategy: job.strategy,
      ...(error === null ? {} : { error }),
    },
    user: job.initiatedBy,
    cancelable: job.finishedAt === null && !PAST_NO_RETURN.has(job.state as JobState),
  };
}

/** What the contract's type leaves open: the kind of update, or which operation of recovery. */
function subtypeOf({ operation, release }: ListedJob): string | null {
  return operation === 'restore' || operation === 'restore_files' || operation === 'factory_reset' ? operation : (release?.type ?? null);
}

/** End of the present phase; null for what is over, rests, or has no speed. */
function estimatedCompletion(job: ListedJob, now: Date): Date | null {
  const seconds = job.listedStatus === 'active' ? etaSeconds(job) : null;
  return seconds === null ? null : new Date(now.getTime() + seconds * 1000);
}
