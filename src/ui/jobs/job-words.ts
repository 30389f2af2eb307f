/** How job states are called and marked on the screen. One table, used by every list and page. */
import { FINAL_STATES, type JobState } from '#/domain/jobs/job-machine';
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

/** Words and mark of a state; a state that this build does not know is shown as it is. */
export function jobWords(state: string): { label: string; priority: Priority } {
  return JOB_WORDS[state as JobState] ?? { label: state, priority: 'none' };
}

/** True when nothing can happen to the job any more. */
export function isFinished(state: string): boolean {
  return FINAL_STATES.has(state as JobState);
}
