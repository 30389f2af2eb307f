import { FINAL_STATES, type JobPosition, type JobState } from '../jobs/job-machine';
import { nextOperation } from '../jobs/next-operation';
import type { JobOperation } from '../jobs/operations';
import type { OperationClass } from './policy';

/** What is done in these is done now or was done: nobody takes a permission for it back. */
const ACTING: ReadonlySet<JobState> = new Set(['downloading', 'writing', 'capturing', 'resetting', 'booted_unconfirmed']);

/** Whether what a used grant was for is still to be done by its job, so that a revocation still prevents it. */
export function actStillWaits(act: OperationClass, job: { position: JobPosition; operation: JobOperation } | null): boolean {
  if (job === null || FINAL_STATES.has(job.position.state) || ACTING.has(job.position.state)) return false;
  return nextOperation(job.position, job.operation) === act;
}
