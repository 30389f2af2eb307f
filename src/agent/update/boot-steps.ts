/** Switch, reboot, health, commit and the way back. Each change of the boot environment is one atomic write. */

import { switchesSlot } from '#/domain/jobs/operations';
import { bootSlotOf, otherSlot } from '../bootloader/decide-boot';
import { operationOfJob } from '../journal/job-operation';
import type { JournalJob } from '../journal/journal-schema';
import { keepFiles, recordFormerFiles, settleFiles } from '../recovery/files-settle';
import { settleReset } from '../recovery/reset-settle';
import { bringFoldersIn, putFoldersBack } from '../recovery/settle-folders';
import { raiseFloorOf } from '../trust/raise-floor';
import { ATTEMPT_VARIABLE } from '../slots/boot-environment';
import { attemptKey, examineStart, switchedFrom } from './after-boot';
import type { EngineDeps } from './engine-deps';
import { removeStagedOf } from './image-file';
import { moveJob } from './move-job';
import { policyOf } from '../safety/policy-in-force';
import { type GateResult, isKnownToWork } from './safety-gate';

/** A sample older than this says nothing about the moment of the switch or the reboot. */
export const GATE_MAX_AGE_MS = 2000;
const LOOK_AGAIN_MS = 1000;

/** Points the bootloader at the new slot for a counted try. The caller's gate was sampled at most 2 s before. */
export async function switchSlot(deps: EngineDeps, job: JournalJob, gate: GateResult): Promise<boolean> {
  const { targetSlot, jobId, attempt } = job.order;
  if (deps.slots.activeSlot === targetSlot) throw new Error('the target slot is the running one');
  if (deps.clock.monotonicMs() - gate.sampledAtMs > GATE_MAX_AGE_MS) return false;
  await deps.slots.env.write({
    boot_slot: targetSlot,
    upgrade_available: '1',
    bootcount: '0',
    [ATTEMPT_VARIABLE]: attemptKey(jobId, attempt),
  });
  await recordSwitch(deps, job);
  return true;
}

export async function recordSwitch(deps: EngineDeps, job: JournalJob): Promise<void> {
  await moveJob(deps, 'switch_slot', { message: `the bootloader starts slot ${job.order.targetSlot} next` });
}

/** The new slot has proven itself: the bootloader keeps it. So do restored files, of which it knows nothing. */
export async function commitSlot(deps: EngineDeps, job: JournalJob, details: Record<string, unknown>): Promise<void> {
  if (!hasSlot(job)) return keepFiles(deps, job, details);
  await deps.slots.env.write({ upgrade_available: '0', bootcount: '0' });
  await recordCommit(deps, job, details);
}

export async function recordCommit(deps: EngineDeps, job: JournalJob, details: Record<string, unknown> = {}): Promise<void> {
  const { targetSlot, version } = job.order;
  // Before it is said: a cut in between raises it again, and again changes nothing.
  await raiseFloorOf(deps);
  await moveJob(deps, 'confirm', {
    message: `slot ${targetSlot} runs ${version}, is healthy and is kept`,
    details: { version, slot: targetSlot, ...details },
    edit: (draft) => {
      if (operationOfJob(job) === 'rollback') draft.rollbackCount += 1;
    },
  });
  await removeStagedOf(deps, job.order);
}

const hasSlot = (job: JournalJob) => switchesSlot(operationOfJob(job));

/** The code of a way back that nobody forced. */
export function unhealthyCode(job: JournalJob): string {
  return job.rollback?.errorCode ?? (hasSlot(job) ? 'INVALID_UPDATE_FILE' : 'INTERNAL');
}

/** Decides to go back and tells the bootloader; the decision is durable before the first step of it. */
export async function goBack(deps: EngineDeps, job: JournalJob, reason: string, errorCode: string): Promise<void> {
  const slot = hasSlot(job);
  if (job.rollback === null) {
    await deps.journal.update((draft) => {
      const bootId = slot ? {} : { bootId: deps.slots.bootId };
      if (draft.job) draft.job.rollback = { reason: reason.slice(0, 400), errorCode, ...bootId };
    });
  }
  if (slot) await deps.slots.env.write({ boot_slot: job.oldSlot, upgrade_available: '0', bootcount: '0' });
}

/** The old slot runs after a switch: says so, and leaves an environment without an open attempt. */
export async function recordFallback(deps: EngineDeps, job: JournalJob): Promise<void> {
  if (!hasSlot(job)) return recordFormerFiles(deps, job);
  const { activeSlot, env } = deps.slots;
  const vars = await env.read();
  if (bootSlotOf(vars) !== activeSlot || vars.upgrade_available === '1') {
    await env.write({ boot_slot: activeSlot, upgrade_available: '0', bootcount: '0' });
  }
  // Before it is said: the old version never runs with the data of the other one.
  await putFoldersBack(deps, job);
  const version = (await deps.slots.booted()).version;
  const reason = job.rollback?.reason ?? `slot ${job.order.targetSlot} did not come up; the bootloader went back to slot ${activeSlot}`;
  await moveJob(deps, 'roll_back', {
    message: reason,
    errorCode: job.rollback?.errorCode ?? 'INVALID_UPDATE_FILE',
    details: { version, slot: activeSlot, decidedBy: job.rollback === null ? 'bootloader' : job.decision ? 'person' : 'agent' },
    edit: (draft) => {
      const failed = draft.slots[job.order.targetSlot];
      // An image that was never started has not failed.
      if (failed && job.rollback?.errorCode !== 'UPDATE_BLOCKED') failed.status = 'failed';
    },
  });
  await removeStagedOf(deps, job.order);
}

/** Brings the journal in line with what was booted. Runs once, before anything else of the engine; not `atStart` when that failed at first. */
export async function settleStart(deps: EngineDeps, atStart: boolean): Promise<void> {
  const job = deps.journal.read().job;
  if (job === null) return;
  const { state } = job.position;
  const operation = operationOfJob(job);
  if (operation === 'restore_files') return settleFiles(deps, job, atStart);
  if (!switchesSlot(operation)) return settleReset(deps, job);
  const finding = examineStart({
    state,
    operation,
    activeSlot: deps.slots.activeSlot,
    targetSlot: job.order.targetSlot,
    attempt: attemptKey(job.order.jobId, job.order.attempt),
    env: await deps.slots.env.read(),
  });
  if (finding === 'not_switched') return;
  if (state === switchedFrom(operation)) await recordSwitch(deps, job);
  // A decision to go back that was taken before the restart is carried out by not restarting.
  if (finding === 'fell_back' || (finding === 'reboot_pending' && job.rollback !== null)) return recordFallback(deps, job);
  if (finding === 'reboot_pending') return;
  if (finding === 'booted') await bringFoldersIn(deps, job);
  if (state !== 'booted_unconfirmed') {
    const version = (await deps.slots.booted()).version;
    await moveJob(deps, 'boot', {
      message: `slot ${job.order.targetSlot} has booted ${version ?? 'an unknown version'}`,
      details: { version, bootId: deps.slots.bootId },
    });
  }
  if (finding === 'committed') await recordCommit(deps, job);
}

/**
 * An open attempt that no job accounts for (the journal was lost): the running slot is kept when it is healthy, and left
 * otherwise. Resolves with what was decided, or null when there is nothing to decide.
 */
export async function settleUnknownAttempt(deps: EngineDeps, signal: AbortSignal): Promise<{ message: string; reboot: boolean } | null> {
  const { activeSlot, env } = deps.slots;
  const vars = await env.read();
  if (vars.upgrade_available !== '1') return null;
  const clear = { upgrade_available: '0', bootcount: '0' };
  if (bootSlotOf(vars) !== activeSlot) {
    await env.write({ boot_slot: activeSlot, ...clear });
    return { message: `the bootloader was about to start slot ${bootSlotOf(vars)}, but no job accounts for it`, reboot: false };
  }
  const result = await deps.health(signal);
  signal.throwIfAborted();
  if (result.ok) {
    await env.write(clear);
    return { message: `slot ${activeSlot} was booted by a job that the journal lost; it is healthy and kept`, reboot: false };
  }
  // It may be hours after the boot: a crane that is known to work is not restarted, and the bootloader is told nothing meanwhile.
  while (await isKnownToWork(deps, policyOf(deps.journal.read(), deps.basePolicy))) {
    await deps.clock.wait(LOOK_AGAIN_MS, signal);
    signal.throwIfAborted();
  }
  await env.write({ boot_slot: otherSlot(activeSlot), ...clear });
  return { message: `slot ${activeSlot} was booted by a job that the journal lost and is not healthy: ${result.reason}`, reboot: true };
}
