import type { JobState } from '#/domain/jobs/job-machine';
import type { OperationClass } from '#/domain/safety/policy';

/** Which operation a job does next, by its phase; what is held, and what an override would have to be for. */
export function operationOf(job: { state: JobState; heldState: JobState | null }): OperationClass {
  const phase = job.heldState ?? job.state;
  if (phase === 'written' || phase === 'boot_pending') return 'O3';
  return phase === 'verifying' || phase === 'writing' ? 'O2' : 'O1';
}
