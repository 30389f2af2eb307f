import { FINAL_STATES, type JobPosition, type JobState } from '../jobs/job-machine';
import { nextOperation } from '../jobs/next-operation';
import type { JobOperation } from '../jobs/operations';
import { waitsToBeKept } from '../jobs/undecided';
import type { OperationClass } from './policy';

/**
 * What is done in these is done now or was done: nobody takes a permission for it back. A healthy version that waits to be kept is
 * the end of its act: until then the grant that began it may be all that lets it be kept.
 */
const ACTING: ReadonlySet<JobState> = new Set(['downloading', 'writing', 'capturing', 'resetting', 'booted_unconfirmed']);

export type ActingJob = { position: JobPosition; operation: JobOperation; waitingFor: string | null };

/** Whether what a used grant was for is still to be done by its job, so that a revocation still prevents it. */
export function actStillWaits(act: OperationClass, job: ActingJob | null): boolean {
  if (job === null || FINAL_STATES.has(job.position.state)) return false;
  const { state } = job.position;
  if (ACTING.has(state) && !waitsToBeKept({ state, waitingFor: job.waitingFor })) return false;
  return nextOperation(job.position, job.operation) === act;
}
