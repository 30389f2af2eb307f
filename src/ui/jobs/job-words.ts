/** How job states are called and marked on the screen. One table, used by every list and page. */
import type { Hold } from '#/domain/jobs/hold';
import { FINAL_STATES, type JobState } from '#/domain/jobs/job-machine';
import { type JobOperation, operationOf } from '#/domain/jobs/operations';
import { isUndecided, isUnwell, WAITS_TO_BE_KEPT, waitsToBeKept } from '#/domain/jobs/undecided';
import type { Priority } from '../kit/mark';

export const JOB_WORDS: Record<JobState, { label: string; priority: Priority }> = {
  offered: { label: 'Offered', priority: 'info' },
  accepted: { label: 'Accepted', priority: 'info' },
  downloading: { label: 'Downloading', priority: 'info' },
  downloaded: { label: 'Downloaded', priority: 'info' },
  verifying: { label: 'Verifying', priority: 'info' },
  writing: { label: 'Writing slot', priority: 'info' },
  written: { label: 'Slot written', priority: 'info' },
  boot_pending: { label: 'Rebooting', priority: 'info' },
  booted_unconfirmed: { label: 'Proving health', priority: 'info' },
  confirmed: { label: 'Confirmed', priority: 'none' },
  rolled_back: { label: 'Rolled back', priority: 'p2' },
  failed: { label: 'Failed', priority: 'p1' },
  cancelled: { label: 'Cancelled', priority: 'none' },
  paused: { label: 'Paused', priority: 'p3' },
  waiting: { label: 'Waiting', priority: 'p3' },
  capturing: { label: 'Making snapshot', priority: 'info' },
  resetting: { label: 'Resetting', priority: 'info' },
};

/** Stands for the state of a job whose version is not healthy and waits for a person (domain/jobs/undecided.ts). */
export const UNDECIDED = 'undecided';

/** What is shown as the state of a job: its own, or what it waits for after its boot. */
export function standingOf(job: { state: string; waitingFor: string | null }): string {
  return waitsToBeKept(job) ? WAITS_TO_BE_KEPT : isUndecided(job) ? UNDECIDED : job.state;
}

/** Where an operation does something else in a state. */
const STATE_LABEL_OF: Partial<Record<JobOperation, Partial<Record<JobState, string>>>> = {
  restore_files: { writing: 'Unpacking files', written: 'Files ready', boot_pending: 'Restarting' },
};

/** Words and mark of a state; a state that this build does not know is shown as it is. */
export function jobWords(state: string, operation?: JobOperation): { label: string; priority: Priority } {
  const own = operation && STATE_LABEL_OF[operation]?.[state as JobState];
  if (own) return { label: own, priority: 'info' };
  if (state === UNDECIDED) return { label: 'Needs a decision', priority: 'p2' };
  if (state === WAITS_TO_BE_KEPT) return { label: 'Waits to be kept', priority: 'p3' };
  return JOB_WORDS[state as JobState] ?? { label: state, priority: 'none' };
}

/** What a job does, by its operation. */
export const OPERATION_WORDS: Record<JobOperation, string> = {
  update: 'Update',
  rollback: 'Rollback',
  restore: 'Restore',
  restore_files: 'Restore of files',
  factory_reset: 'Factory reset',
  snapshot: 'Snapshot',
};

const KEPT_NAMES: Partial<Record<JobOperation, string>> = {
  factory_reset: 'The gateway is reset',
  restore_files: 'The gateway runs with the restored files',
};

/** What is said of a job that waits to be kept: what runs, and whether it is well. */
export function keptWords(job: { operation: string; toVersion: string; holds: readonly Hold[] }): string {
  const name = KEPT_NAMES[operationOf(job.operation)] ?? `${job.toVersion} runs`;
  return isUnwell(job.holds) ? `${name}, was healthy, and is not now` : `${name} and is healthy`;
}

/** The operation of a row in words. */
export function operationWord(operation: string): string {
  return OPERATION_WORDS[operationOf(operation)];
}

/** The names of phases as things that are done, where the state's own word would read wrong in a row of steps. */
const STEP_LABEL: Partial<Record<JobState, string>> = {
  boot_pending: 'Reboot',
  booted_unconfirmed: 'Health',
  writing: 'Write slot',
  written: 'Written',
  capturing: 'Snapshot',
  resetting: 'Wipe, restart',
};
const STEP_LABEL_OF: Partial<Record<JobOperation, Partial<Record<JobState, string>>>> = {
  factory_reset: { capturing: 'Backup' },
  rollback: { verifying: 'Check slot' },
  restore: { verifying: 'Check snapshot' },
  restore_files: { verifying: 'Check snapshot', writing: 'Unpack', written: 'Ready', boot_pending: 'Restart' },
  snapshot: { confirmed: 'Listed' },
};

/** The name of a step in the row of a job's steps. */
export function stepLabel(state: JobState, operation: JobOperation): string {
  return STEP_LABEL_OF[operation]?.[state] ?? STEP_LABEL[state] ?? jobWords(state).label;
}

/** True when nothing can happen to the job any more. */
export function isFinished(state: string): boolean {
  return FINAL_STATES.has(state as JobState);
}
