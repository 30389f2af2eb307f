import type { JobOperation } from '#/domain/jobs/operations';
import type { JournalJob } from './journal-schema';

/** What the job does; those of before there was recovery are updates. */
export function operationOfJob(job: Pick<JournalJob, 'recovery'>): JobOperation {
  return job.recovery?.operation ?? 'update';
}
