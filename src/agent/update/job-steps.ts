/** What the agent does in each state of the job: one step, which ends with a move, a pause before the next look, or rest. */

import type { JobState } from '#/domain/jobs/job-machine';
import { policyOf } from '../safety/policy-in-force';
import { removeOtherStaged } from '../download/part-file';
import { captureBeforeWrite } from '../recovery/capture-step';
import { operationOfJob } from '../journal/job-operation';
import { sayTransfer } from '../delta/say-transfer';
import type { JournalJob } from '../journal/journal-schema';
import { commitSlot, GATE_MAX_AGE_MS, goBack, recordFallback, switchSlot, unhealthyCode } from './boot-steps';
import { fileOf, stagedNames } from './image-file';
import { verifyStaged, writeSlot } from './image-steps';
import { keepWhenClear } from './keep-when-clear';
import { moveJob } from './move-job';
import { gateOf, HOLDS_INTERVAL_MS, hold, passGate, stageWhileClear, type StepContext, takeGrants, tellOf } from './pass-gate';
import { type GateResult, isKnownToWork, sameHolds } from './safety-gate';
import { EMPTY_SLOT } from './slot-reports';
import { askPerson, followDecision, mayRestart, unwellWords } from './undecided';

/** Resolves with false when there is nothing to do until someone says otherwise. */
export type Step = (context: StepContext, job: JournalJob, signal: AbortSignal) => Promise<boolean>;

const restartReason = (job: JournalJob) =>
  operationOfJob(job) === 'restore_files' ? 'restored files' : `${operationOfJob(job)} to ${job.order.version}`;

const rest: Step = async () => false;

/** Tells the bootloader, and restarts the former version. */
async function leave(context: StepContext, job: JournalJob, reason: string, signal: AbortSignal): Promise<boolean> {
  const { deps } = context;
  await goBack(deps, job, reason, unhealthyCode(job));
  // The restart itself still spares a crane that is known to work. One that a person ordered is like any other: it may be hours
  // after the boot, and nothing is lost by waiting.
  const isBarred = async () =>
    job.decision ? !(await mayRestart(context, job)) : isKnownToWork(deps, policyOf(deps.journal.read(), deps.basePolicy));
  while (await isBarred()) {
    if (!(await deps.clock.wait(context.tuning.gateIntervalMs, signal))) return true;
  }
  await context.reboot(`going back: ${reason}`);
  return true;
}

export const JOB_STEPS: Record<JobState, Step> = {
  offered: rest,
  resetting: rest,
  async accepted(context, job) {
    if (!(await passGate(context, job, 'accepted'))) return true;
    await removeOtherStaged(context.deps.storage, context.deps.stagingFolder, ...stagedNames(job.order));
    await moveJob(context.deps, 'start_download', { message: `downloading ${job.order.version}` });
    return true;
  },
  async downloading(context, job, signal) {
    const gate = await passGate(context, job, 'downloading');
    if (!gate || !(await takeGrants(context, gate))) return true;
    // What stops it is judged again by the gate of the next step, which lets the job wait or fail.
    const transfer = await stageWhileClear(context, job, signal);
    if (transfer === null) return true;
    await moveJob(context.deps, 'finish_download', {
      message: `${job.order.version} is downloaded${sayTransfer(transfer)}`,
      details: { sha256: fileOf(job.order).sha256, transfer },
    });
    return true;
  },
  async downloaded(context, job) {
    if (job.order.intent === 'download') return false;
    if (job.order.snapshot) {
      await moveJob(context.deps, 'start_capture', { message: `making snapshot ${job.order.snapshot.name} first` });
      return true;
    }
    await moveJob(context.deps, 'start_verify', { message: 'hashing the downloaded image' });
    return true;
  },
  capturing: captureBeforeWrite,
  async verifying(context, job, signal) {
    await verifyStaged(context.deps, job, signal, tellOf(context, job));
    if (!(await passGate(context, job, 'verifying'))) return true;
    const { targetSlot } = job.order;
    await moveJob(context.deps, 'start_write', {
      message: `writing slot ${targetSlot}`,
      // Before the first byte: from here on the slot's old content counts as lost.
      edit: (draft) => {
        draft.slots[targetSlot] = { ...EMPTY_SLOT, bootCount: draft.slots[targetSlot]?.bootCount ?? 0, status: 'writing' };
      },
    });
    return true;
  },
  async writing(context, job, signal) {
    const gate = await passGate(context, job, 'writing');
    if (!gate || !(await takeGrants(context, gate))) return true;
    // From here on it is finished, whatever the crane does.
    const { deps, tuning } = context;
    await writeSlot(deps, job, tuning.writeChunkBytes, signal, tellOf(context, job));
    const { targetSlot, version, sha256, sizeBytes } = job.order;
    await moveJob(deps, 'finish_write', {
      message: `slot ${targetSlot} holds ${version}, read back and compared`,
      details: { slot: targetSlot, sha256 },
      edit: (draft, moved) => {
        const bootCount = draft.slots[targetSlot]?.bootCount ?? 0;
        draft.slots[targetSlot] = { status: 'ready', version, sha256, usedBytes: sizeBytes, bootCount };
        moved.writtenAt = new Date(deps.clock.nowMs()).toISOString();
      },
    });
    return true;
  },
  async written(context, job) {
    if (!job.order.options.rebootAfter) return false;
    const gate = await passGate(context, job, 'written');
    // A sample that grew too old before the switch is taken again by the next step.
    if (gate && (await takeGrants(context, gate))) await switchSlot(context.deps, job, gate);
    return true;
  },
  async boot_pending(context, job, signal) {
    const { deps } = context;
    const gate = await gateOf(context, job, 'boot_pending');
    if (gate.holds.length === 0) {
      const taken = await takeGrants(context, gate);
      // Too old, or a grant is gone: the next step looks again.
      if (taken && deps.clock.monotonicMs() - gate.sampledAtMs <= GATE_MAX_AGE_MS) await context.reboot(restartReason(job));
      return true;
    }
    if (job.order.strategy === 'immediate' && gate.interlocked) {
      await goBack(deps, job, `the crane was busy again before the reboot: ${gate.holds[0]?.message ?? ''}`, 'UPDATE_BLOCKED');
      await recordFallback(deps, deps.journal.read().job ?? job);
      return true;
    }
    if (!sameHolds(gate.holds, context.holds)) {
      context.holds = gate.holds;
      await context.log('warning', 'safety', `the reboot waits: ${gate.holds.map((hold) => hold.message).join('; ')}`);
    }
    await deps.clock.wait(context.tuning.gateIntervalMs, signal);
    return true;
  },
  async booted_unconfirmed(context, job, signal) {
    const { deps } = context;
    if (job.rollback !== null) return leave(context, job, job.rollback.reason, signal);
    if (job.undecided) return followDecision(context, job, signal);
    const commit = (safety: GateResult['observed']) => commitSlot(deps, job, { safety });
    return keepWhenClear(context, job, signal, commit, async (reason) => {
      if (job.order.options.autoRollback) return leave(context, job, `${unwellWords(job)}: ${reason}`, signal);
      await askPerson(context, job, reason);
      return true;
    });
  },
  async waiting(context, job, signal) {
    const heldState = job.position.heldState ?? 'accepted';
    const gate = await gateOf(context, job, heldState);
    const refuses = job.order.strategy === 'immediate' && gate.interlocked;
    if (gate.holds.length === 0 || refuses) {
      context.holds = [];
      await moveJob(context.deps, 'resume', {
        message: refuses ? 'an interlock refuses what was to be done at once' : 'nothing holds the job any more',
      });
      return true;
    }
    const saidForMs = context.deps.clock.monotonicMs() - context.holdsSaidAtMs;
    if (!sameHolds(gate.holds, context.holds) && saidForMs >= HOLDS_INTERVAL_MS) await hold(context, gate);
    await context.deps.clock.wait(context.tuning.gateIntervalMs, signal);
    return true;
  },
  paused: rest,
  confirmed: rest,
  rolled_back: rest,
  failed: rest,
  cancelled: rest,
};
