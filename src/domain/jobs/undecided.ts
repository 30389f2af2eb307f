/**
 * A version that has booted and does not prove its health, on a gateway that may not fall back by itself (settings,
 * auto_rollback off): it runs on, unconfirmed, until a person keeps it or goes back. The boot counter of the bootloader stays
 * armed meanwhile: what does not start any more is left all the same.
 */
import type { Hold } from './hold';

export const DECISIONS = ['keep', 'roll_back'] as const;
export type Decision = (typeof DECISIONS)[number];

/** What the job of such a version waits for. */
export function undecidedHold(version: string, oldSlot: string, reason: string): Hold {
  return {
    kind: 'decision',
    message: `the running version ${version} is not healthy: ${reason}`.slice(0, 400),
    clearsWhen: `a person keeps it, or rolls back to slot ${oldSlot}`,
  };
}

/** The last step of what an order does, in words. */
export function healthStep(autoRollback: boolean): string {
  return autoRollback
    ? 'The new version proves its health and is kept, or the gateway falls back by itself'
    : 'The new version proves its health and is kept; if it does not, it runs on until a person keeps it or rolls back';
}

/** Whether the job waits for a person to say what is to be of the version that it has booted. */
export function isUndecided(job: { state: string; waitingFor: string | null }): boolean {
  return job.state === 'booted_unconfirmed' && job.waitingFor !== null;
}

/**
 * The same, also of a job that the server has given up: its gateway was away, came back, and still asks. A job that has ended
 * waits for nothing otherwise.
 */
export function needsDecision(job: { state: string; waitingFor: string | null }): boolean {
  return isUndecided(job) || (job.state === 'failed' && job.waitingFor !== null);
}
