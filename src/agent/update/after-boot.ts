/** What a start finds: which of the steps around the switch had been done when the machine went down. Pure. */
import type { JobState } from '#/domain/jobs/job-machine';
import type { JobOperation } from '#/domain/jobs/operations';
import type { SlotId } from '#/domain/jobs/job-options';
import { bootSlotOf, type EnvVars, envNumber } from '../bootloader/decide-boot';
import { ATTEMPT_VARIABLE } from '../slots/boot-environment';

export type StartEvidence = {
  state: JobState;
  /** Absent: an update. */
  operation?: JobOperation;
  activeSlot: SlotId;
  targetSlot: SlotId;
  /** Job and attempt as attemptKey writes them. */
  attempt: string;
  env: EnvVars;
};

export type StartFinding =
  /** The switch is not this job's concern (yet). */
  | 'not_switched'
  /** Switched, but the machine has not restarted since. */
  | 'reboot_pending'
  /** The new slot runs and is not proven. */
  | 'booted'
  /** The new slot runs and the bootloader was told to keep it. */
  | 'committed'
  /** The old slot runs although the switch was made: the bootloader or the agent went back. */
  | 'fell_back';

export function attemptKey(jobId: string, attempt: number): string {
  return `${jobId}/${attempt}`;
}

/** The state in which the bootloader is switched: a rollback has nothing to write before. */
export function switchedFrom(operation: JobOperation): JobState {
  return operation === 'rollback' ? 'verifying' : 'written';
}

export function examineStart({ state, operation = 'update', activeSlot, targetSlot, attempt, env }: StartEvidence): StartFinding {
  const switchRecorded = state === 'boot_pending' || state === 'booted_unconfirmed';
  // Before `boot_pending` is in the journal only the environment knows whether the switch was made.
  if (!switchRecorded && (state !== switchedFrom(operation) || env[ATTEMPT_VARIABLE] !== attempt)) return 'not_switched';
  const open = env.upgrade_available === '1';
  if (activeSlot === targetSlot) return !open && bootSlotOf(env) === targetSlot && state === 'booted_unconfirmed' ? 'committed' : 'booted';
  const untried = open && bootSlotOf(env) === targetSlot && envNumber(env.bootcount, 0) === 0;
  return untried && state !== 'booted_unconfirmed' ? 'reboot_pending' : 'fell_back';
}
