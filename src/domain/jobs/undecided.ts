/**
 * What a version that has booted waits for before it is confirmed. One that is healthy waits for the gate before the commit
 * (WAITS_TO_BE_KEPT); nobody has to decide anything. One that does not prove its health, on a gateway that may not fall back by
 * itself (settings, auto_rollback off), runs on, unconfirmed, until a person keeps it or goes back. The boot counter of the
 * bootloader stays armed meanwhile: what does not start any more is left all the same.
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

/** The same of data and configuration that were put back under the version that runs. */
export function undecidedFilesHold(reason: string): Hold {
  return {
    kind: 'decision',
    message: `the gateway is not healthy with the restored files: ${reason}`.slice(0, 400),
    clearsWhen: 'a person keeps them, or goes back to the former ones',
  };
}

/** The last step of what an order does, in words. */
export function healthStep(autoRollback: boolean): string {
  return autoRollback
    ? 'The new version proves its health and is kept, or the gateway falls back by itself'
    : 'The new version proves its health and is kept; if it does not, it runs on until a person keeps it or rolls back';
}

/** The same of restored files. */
export function filesHealthStep(autoRollback: boolean): string {
  return autoRollback
    ? 'Prove health with the restored files and keep them; if it does not, the former ones come back with another restart'
    : 'Prove health with the restored files and keep them; if it does not, it runs on until a person keeps them or goes back';
}

type Standing = { state: string; waitingFor: string | null };

/**
 * How an agent says in the details of its report (`waits`), and the server in what the job waits for, that the new version is
 * healthy and is kept as soon as the interlocks allow it. Agents of before never say it: what they hold there is undecided.
 */
export const WAITS_TO_BE_KEPT = 'to_be_kept';

/** Whether the new version runs, is healthy, and is held by nothing but the gate before the commit. */
export function waitsToBeKept(job: Standing): boolean {
  return job.state === 'booted_unconfirmed' && job.waitingFor === WAITS_TO_BE_KEPT;
}

/** What holds a version that was healthy and is not now: no constraint, but what the agent itself finds of it. */
export function unwellHold(what: string, reason: string): Hold {
  return {
    kind: 'interlock',
    unseen: true,
    message: `${what}, was healthy, and is not now: ${reason}`.slice(0, 400),
    clearsWhen: 'it is healthy again',
  };
}

/** Whether what holds a version that waits to be kept is its own health. */
export function isUnwell(holds: readonly Hold[]): boolean {
  return holds.some((hold) => hold.kind === 'interlock' && hold.unseen && hold.constraint === undefined);
}

/**
 * Whether the job waits for a person to say what is to be of the version that it has booted, or for the restart that takes it
 * back.
 */
export function isUndecided(job: Standing): boolean {
  return job.state === 'booted_unconfirmed' && job.waitingFor !== null && !waitsToBeKept(job);
}

/**
 * The same, also of a job that the server has given up: its gateway was away, came back, and still asks. A job that has ended
 * waits for nothing otherwise.
 */
export function needsDecision(job: Standing): boolean {
  return isUndecided(job) || (job.state === 'failed' && job.waitingFor !== null);
}
