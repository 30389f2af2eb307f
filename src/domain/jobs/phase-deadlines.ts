/** How long a job may stay in each state before silence counts as a failure (architecture: Truth about a device). */
import type { JobPosition, JobState } from './job-machine';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Null: no deadline; people or a condition end it. `offered` is as long as the command lives. Resting states: REST_DEADLINE_MS. */
export const PHASE_DEADLINE_MS: Record<JobState, number | null> = {
  offered: 7 * DAY_MS,
  accepted: HOUR_MS,
  downloading: 12 * HOUR_MS,
  downloaded: null,
  verifying: 30 * MINUTE_MS,
  writing: 2 * HOUR_MS,
  written: null,
  // The reboot may wait for the crane to rest, so this is long; a gateway that never comes back is still noticed.
  boot_pending: 4 * HOUR_MS,
  booted_unconfirmed: 20 * MINUTE_MS,
  confirmed: null,
  rolled_back: null,
  failed: null,
  cancelled: null,
  paused: null,
  waiting: null,
  capturing: 2 * HOUR_MS,
  // Like boot_pending: its restart may wait for the crane to rest.
  resetting: 4 * HOUR_MS,
};

/** A gateway that has no reason to rest goes on at once, or says what holds it (then it is `waiting`). */
const REST_DEADLINE_MS = HOUR_MS;

/** What decides whether a job rests where it is, or is expected to go on by itself. `held`: it has said what it waits for. */
export type DeadlineJob = { intent: string; rebootAfter: boolean; held?: boolean };

/** When the job fails unless something is heard: ms since the epoch, or null for never. */
export function deadlineOf(state: JobState, nowMs: number, job: DeadlineJob): number | null {
  if (job.held) return null;
  const goesOn = (state === 'downloaded' && job.intent === 'install') || (state === 'written' && job.rebootAfter);
  const limitMs = goesOn ? REST_DEADLINE_MS : PHASE_DEADLINE_MS[state];
  return limitMs === null ? null : nowMs + limitMs;
}

/** Downloaded and not to be installed yet: it gives way to a new download. */
export function isResting(job: { state: string; intent: string }): boolean {
  return job.state === 'downloaded' && job.intent === 'download';
}

/** The state that the job is in or will go back to. */
export function phaseOf(position: JobPosition): JobState {
  return position.heldState ?? position.state;
}
