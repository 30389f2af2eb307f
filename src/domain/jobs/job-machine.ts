/**
 * The life of a job as a table (architecture: Truth about a device). Agent and server run the same one:
 * the agent moves through it, the server follows the agent's durable reports by compare-and-set.
 */
import type { JobOperation } from './operations';

export const JOB_STATES = [
  'offered',
  'accepted',
  'downloading',
  'downloaded',
  'verifying',
  'writing',
  'written',
  'boot_pending',
  'booted_unconfirmed',
  'confirmed',
  'rolled_back',
  'failed',
  'cancelled',
  'paused',
  'waiting',
  // Recovery: a snapshot or backup is made; data and configuration are wiped.
  'capturing',
  'resetting',
] as const;
export type JobState = (typeof JOB_STATES)[number];

export const JOB_EVENTS = [
  'accept',
  'start_download',
  'finish_download',
  'start_verify',
  'start_write',
  'finish_write',
  'switch_slot',
  'boot',
  'confirm',
  'roll_back',
  'fail',
  'cancel',
  'pause',
  'hold',
  'resume',
  'start_capture',
  'complete',
  'start_reset',
] as const;
export type JobEventName = (typeof JOB_EVENTS)[number];

/** `held` stands for the state that the job was in when it was paused or began to wait. */
type Target = JobState | 'held';
type Transitions = Record<JobState, Partial<Record<JobEventName, Target>>>;

const STOPPABLE = { fail: 'failed', cancel: 'cancelled', pause: 'paused', hold: 'waiting' } as const;
const HELD = { fail: 'failed', cancel: 'cancelled', resume: 'held' } as const;

/** What every operation has in common; a state that an operation never enters has nothing. */
const COMMON: Transitions = {
  offered: { ...STOPPABLE, accept: 'accepted' },
  accepted: {},
  downloading: {},
  downloaded: {},
  verifying: {},
  writing: {},
  written: {},
  boot_pending: {},
  booted_unconfirmed: {},
  confirmed: {},
  rolled_back: {},
  failed: {},
  cancelled: {},
  paused: { ...HELD, hold: 'waiting' },
  // A waiting job says it again when what holds it has changed.
  waiting: { ...HELD, pause: 'paused', hold: 'waiting' },
  capturing: {},
  resetting: {},
};

/**
 * The bootloader is switched: past the point of no return nobody stops it; it boots or falls back. What has booted
 * is held where it is (undecided.ts): by the gate before the commit, or because it is not healthy and only a person may leave it.
 */
const SWITCHED = {
  boot_pending: { boot: 'booted_unconfirmed', roll_back: 'rolled_back', fail: 'failed' },
  booted_unconfirmed: { confirm: 'confirmed', roll_back: 'rolled_back', fail: 'failed', hold: 'booted_unconfirmed' },
} as const;
/** From an image whose hash is to be proven to the switch. */
const WRITTEN = {
  verifying: { ...STOPPABLE, start_write: 'writing' },
  writing: { ...STOPPABLE, finish_write: 'written' },
  written: { ...STOPPABLE, switch_slot: 'boot_pending' },
} as const;

/** One table per operation: no order of events brings an update past its write, or a reset past its backup. */
export const JOB_TRANSITIONS: Record<JobOperation, Transitions> = {
  update: {
    ...COMMON,
    ...WRITTEN,
    ...SWITCHED,
    accepted: { ...STOPPABLE, start_download: 'downloading' },
    downloading: { ...STOPPABLE, finish_download: 'downloaded' },
    downloaded: { ...STOPPABLE, start_verify: 'verifying', start_capture: 'capturing', start_download: 'downloading' },
    capturing: { ...STOPPABLE, start_verify: 'verifying' },
    verifying: { ...WRITTEN.verifying, start_download: 'downloading' },
  },
  rollback: {
    ...COMMON,
    ...SWITCHED,
    accepted: { ...STOPPABLE, start_verify: 'verifying' },
    verifying: { ...STOPPABLE, switch_slot: 'boot_pending' },
  },
  restore: { ...COMMON, ...WRITTEN, ...SWITCHED, accepted: { ...STOPPABLE, start_verify: 'verifying' } },
  // Written is what waits beside the folders in place, and the switch the decision that the next start is with it.
  restore_files: { ...COMMON, ...WRITTEN, ...SWITCHED, accepted: { ...STOPPABLE, start_verify: 'verifying' } },
  factory_reset: {
    ...COMMON,
    accepted: { ...STOPPABLE, start_capture: 'capturing', start_reset: 'resetting' },
    capturing: { ...STOPPABLE, start_reset: 'resetting' },
    // Begun, a reset is finished, after every power cut; the restart at its end is the proof. There is no way back from it.
    resetting: { boot: 'booted_unconfirmed', fail: 'failed' },
    booted_unconfirmed: { confirm: 'confirmed', fail: 'failed', hold: 'booted_unconfirmed' },
  },
  snapshot: {
    ...COMMON,
    accepted: { ...STOPPABLE, start_capture: 'capturing' },
    capturing: { ...STOPPABLE, complete: 'confirmed' },
  },
};

export type JobPosition = { state: JobState; heldState: JobState | null };

/**
 * The position after an event, or null when the operation's table does not allow it.
 * Pausing a waiting job (or the reverse) keeps the state that it will go back to.
 */
export function applyJobEvent(position: JobPosition, event: JobEventName, operation: JobOperation = 'update'): JobPosition | null {
  const target = JOB_TRANSITIONS[operation][position.state][event];
  if (target === undefined) return null;
  if (target === 'held') return position.heldState === null ? null : { state: position.heldState, heldState: null };
  if (target === 'paused' || target === 'waiting') {
    return { state: target, heldState: position.heldState ?? position.state };
  }
  return { state: target, heldState: null };
}

export const FINAL_STATES: ReadonlySet<JobState> = new Set(['confirmed', 'rolled_back', 'failed', 'cancelled']);

/** From here on the next start is with the new slot or files, or data is being wiped: cancel and pause are refused (OTA_014). */
export const PAST_NO_RETURN: ReadonlySet<JobState> = new Set(['boot_pending', 'booted_unconfirmed', 'resetting']);
