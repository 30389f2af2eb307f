/** A version that is not healthy and may be left by a person's word only (domain/jobs/undecided.ts): it waits, asks, and does what it is told. */
import { FINAL_STATES } from '#/domain/jobs/job-machine';
import { mayFallBack } from '#/domain/jobs/operations';
import { type Decision, undecidedFilesHold, undecidedHold } from '#/domain/jobs/undecided';
import type { CommandBody } from '#/protocol/mqtt/commands';
import { operationOfJob } from '../journal/job-operation';
import type { JournalJob } from '../journal/journal-schema';
import type { CommandResult } from '../ports';
import { commitSlot, GATE_MAX_AGE_MS, goBack, unhealthyCode } from './boot-steps';
import type { EngineDeps } from './engine-deps';
import { keepWhenClear } from './keep-when-clear';
import { moveJob } from './move-job';
import { gateOf, HOLDS_INTERVAL_MS, hold, type StepContext, takeGrants } from './pass-gate';
import { type GateResult, sameHolds } from './safety-gate';

type DecideOrder = Extract<CommandBody, { name: 'job.decide' }>;

const isOfFiles = (job: JournalJob) => operationOfJob(job) === 'restore_files';

/** What is not healthy, in words. */
export function unwellWords(job: JournalJob): string {
  return isOfFiles(job) ? 'the gateway is not healthy with the restored files' : `${job.order.version} is not healthy`;
}

/** Writes down and says that a person has to decide; what was decided before is over. */
export async function askPerson(context: StepContext, job: JournalJob, reason: string): Promise<void> {
  const { version } = job.order;
  const said = reason.slice(0, 300);
  const files = isOfFiles(job);
  const kept = files ? 'the restored files cannot be kept, the gateway' : `${version} cannot be kept, it`;
  const again = job.decision?.decision === 'keep' ? `${kept} is still not healthy` : unwellWords(job);
  // What holds it next is said, also when it is what held it before.
  context.holds = [];
  await moveJob(context.deps, 'hold', {
    message: `${again}: ${said}; it runs on until a person decides`,
    holds: [files ? undecidedFilesHold(said) : undecidedHold(version, job.oldSlot, said)],
    edit: (_draft, moved) => {
      moved.undecided = { reason: said };
      moved.decision = null;
    },
  });
}

/** The step of such a version: false while nobody has decided. */
export async function followDecision(context: StepContext, job: JournalJob, signal: AbortSignal): Promise<boolean> {
  const { deps } = context;
  if (!job.decision) return false;
  const { decision, reason } = job.decision;
  if (context.followed !== decision) context.holds = [];
  context.followed = decision;
  if (decision === 'roll_back')
    return leaveSlot(context, job, `a person ordered the way back (${reason}): ${job.undecided?.reason ?? ''}`, signal);
  const commit = (safety: GateResult['observed']) => commitSlot(deps, job, { safety, decidedBy: 'person', decisionReason: reason });
  return keepWhenClear(context, job, signal, commit, async (unwell) => {
    await askPerson(context, job, unwell);
    return true;
  });
}

/** Hours may have passed since the boot, so it goes back like any restart that a person orders: when the interlocks allow it. */
async function leaveSlot(context: StepContext, job: JournalJob, reason: string, signal: AbortSignal): Promise<boolean> {
  if (await mayRestart(context, job)) await goBack(context.deps, job, reason, unhealthyCode(job));
  else await context.deps.clock.wait(context.tuning.gateIntervalMs, signal);
  return true;
}

/** Asked before the bootloader is told and again before the restart: the agent may have been started anew between the two. */
export async function mayRestart(context: StepContext, job: JournalJob): Promise<boolean> {
  const { deps } = context;
  const gate = await gateOf(context, job, 'boot_pending');
  if (gate.holds.length === 0) return (await takeGrants(context, gate)) && deps.clock.monotonicMs() - gate.sampledAtMs <= GATE_MAX_AGE_MS;
  const saidForMs = deps.clock.monotonicMs() - context.holdsSaidAtMs;
  if (!sameHolds(gate.holds, context.holds) && saidForMs >= HOLDS_INTERVAL_MS) await hold(context, gate);
  return false;
}

const backOf = (job: JournalJob) => (isOfFiles(job) ? 'the former files come back' : `slot ${job.oldSlot} is started`);

/** The command: durable when it is answered. Until the way back has begun a person may still say otherwise. */
export async function takeDecision(deps: EngineDeps, job: JournalJob | null, order: DecideOrder): Promise<CommandResult> {
  if (job === null) return { code: 'JOB_UNKNOWN', message: `there is no job ${order.jobId}` };
  const { state } = job.position;
  if (FINAL_STATES.has(state)) {
    const done: Record<Decision, string> = { keep: 'confirmed', roll_back: 'rolled_back' };
    if (done[order.decision] === state) return { code: 'OK', message: `the job is ${state} already` };
    return { code: 'JOB_STATE_CONFLICT', message: `the job is ${state}` };
  }
  if (job.rollback !== null) {
    if (order.decision === 'roll_back') return { code: 'OK', message: 'it goes back already' };
    return { code: 'JOB_PAST_NO_RETURN', message: `${backOf(job)} next already` };
  }
  // A healthy version that waits to be kept needs nobody's word to stay, but may be left by it.
  const leaves = job.wasHealthy && order.decision === 'roll_back' && mayFallBack(operationOfJob(job));
  if (!job.undecided && !leaves) return { code: 'JOB_STATE_CONFLICT', message: `nothing is to be decided: the job is ${state}` };
  await deps.journal.update((draft) => {
    if (!draft.job) return;
    draft.job.undecided ??= { reason: 'it waited to be kept' };
    draft.job.decision = { decision: order.decision, reason: order.reason };
  });
  return {
    code: 'OK',
    message:
      order.decision === 'keep'
        ? 'kept when it is healthy now'
        : isOfFiles(job)
          ? 'going back to the former files'
          : `going back to slot ${job.oldSlot}`,
  };
}
