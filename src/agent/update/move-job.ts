/**
 * The only way in which the job moves. One journal write holds the new position and the report of it; the report then
 * goes to the outbox and is struck from the journal. A crash in between says it twice, with the same seq, never not at all.
 */
import type { Hold } from '#/domain/jobs/hold';
import { applyJobEvent, type JobEventName } from '#/domain/jobs/job-machine';
import { operationOfJob } from '../journal/job-operation';
import type { Journal } from '../journal/journal';
import type { JournalJob, JournalState } from '../journal/journal-schema';
import type { Reporter } from '../ports';

export type Move = {
  message: string;
  holds?: Hold[];
  errorCode?: string;
  details?: Record<string, unknown>;
  /** More that changes in the same journal write. */
  edit?: (draft: JournalState, job: JournalJob) => void;
};
type Deps = { journal: Journal; reporter: Reporter };

/** The table does not allow the event where the job stands. */
export class IllegalMoveError extends Error {
  override readonly name = 'IllegalMoveError';
}

export async function moveJob(deps: Deps, event: JobEventName, move: Move): Promise<void> {
  await sayPendingReport(deps);
  await deps.journal.update((draft) => applyMove(draft, event, move));
  await sayPendingReport(deps);
}

/** The move inside a journal write that does more. */
export function applyMove(draft: JournalState, event: JobEventName, move: Move): void {
  const job = draft.job;
  const next = job && applyJobEvent(job.position, event, operationOfJob(job));
  if (!job || !next) throw new IllegalMoveError(`${event} is not possible in ${job?.position.state ?? 'no job'}`);
  job.position = next;
  job.reportSeq += 1;
  job.pendingReport = {
    type: 'job',
    jobId: job.order.jobId,
    attempt: job.order.attempt,
    seq: job.reportSeq,
    event,
    state: next.state,
    holds: move.holds ?? [],
    message: move.message.slice(0, 500),
    details: move.details ?? {},
    ...(move.errorCode === undefined ? {} : { errorCode: move.errorCode }),
  };
  if (event === 'roll_back') draft.rollbackCount += 1;
  move.edit?.(draft, job);
}

/** Brings a report that may not have reached the outbox there. */
export async function sayPendingReport({ journal, reporter }: Deps): Promise<void> {
  const report = journal.read().job?.pendingReport ?? null;
  if (report === null) return;
  await reporter.durable(report);
  await journal.update((draft) => {
    if (draft.job?.pendingReport?.seq === report.seq) draft.job.pendingReport = null;
  });
}
