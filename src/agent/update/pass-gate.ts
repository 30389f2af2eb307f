/** The gates as the steps of a job pass them: ask, use the grants, go on; or wait, or fail when the update was to be immediate. */
import type { Hold } from '#/domain/jobs/hold';
import type { JobState } from '#/domain/jobs/job-machine';
import type { Decision } from '#/domain/jobs/undecided';
import type { LogSource } from '../agent-log';
import type { TransferReport } from '../delta/stage-image';
import type { JournalJob } from '../journal/journal-schema';
import { roomFor } from '../recovery/room';
import { pausingConstraints, policyOf } from '../safety/policy-in-force';
import { type EngineDeps, type EngineTuning, Interrupted, StepFailure } from './engine-deps';
import { stageImage } from './image-steps';
import { moveJob } from './move-job';
import type { PhaseProgress, ProgressMeter } from './progress-meter';
import { askGate, type GateResult } from './safety-gate';

/** A signal that flickers must not fill the outbox. */
export const HOLDS_INTERVAL_MS = 5000;

export type StepContext = {
  deps: EngineDeps;
  tuning: EngineTuning;
  meter: ProgressMeter;
  /** What held the job when it was last looked at; kept to notice a change. */
  holds: Hold[];
  /** When the holds were last said, monotonic ms. */
  holdsSaidAtMs: number;
  /** The boot counter was set back in this life of the agent: what runs is healthy and is held by what is seen only. */
  spared: boolean;
  /** What was followed last: what holds the other is said anew. */
  followed: Decision | null;
  /** Job and attempt whose snapshot or slot was proven in this life: a job that waits is not hashed at every look. */
  proven: string | null;
  reboot(reason: string): Promise<void>;
  log(level: 'info' | 'warning' | 'error', source: LogSource, message: string): Promise<void>;
};

export async function gateOf(context: StepContext, job: JournalJob, state: JobState): Promise<GateResult> {
  const { deps } = context;
  const journal = deps.journal.read();
  const toStore = await roomFor(deps, job, state);
  return askGate(deps, job, state, policyOf(journal, deps.basePolicy), toStore, pausingConstraints(journal));
}

/** Uses the grants that the gate needs, durably, before the step. False: one of them is gone, and the gate must be asked again. */
export async function takeGrants({ deps }: StepContext, { grants, question, observed }: GateResult): Promise<boolean> {
  return grants.length === 0 || question === null || deps.grants.use(grants, question, observed);
}

/** Downloads; resolves with null when a constraint that pauses downloads was violated meanwhile. */
export async function stageWhileClear(context: StepContext, job: JournalJob, signal: AbortSignal): Promise<TransferReport | null> {
  const { deps, tuning } = context;
  const pause = new AbortController();
  const done = new AbortController();
  const watch = async () => {
    while (await deps.clock.wait(tuning.gateIntervalMs, done.signal)) {
      const { pauses } = await gateOf(context, job, 'downloading');
      if (pauses && !done.signal.aborted) return pause.abort(new Interrupted('a safety constraint pauses the download'));
    }
  };
  // Whatever keeps it from looking pauses as well.
  const watching = watch().catch((error: unknown) => pause.abort(error));
  try {
    return await stageImage(deps, job, AbortSignal.any([signal, pause.signal]), tellOf(context, job));
  } catch (error) {
    if (pause.signal.aborted && !signal.aborted) return null;
    throw error;
  } finally {
    done.abort();
    await watching;
  }
}

/** The gate's sample when the job may go on; otherwise the job waits, or fails when it was to be immediate. */
export async function passGate(context: StepContext, job: JournalJob, state: JobState): Promise<GateResult | null> {
  const gate = await gateOf(context, job, state);
  if (gate.holds.length === 0) return gate;
  if (job.order.strategy === 'immediate' && gate.interlocked) {
    const reasons = gate.holds.map((one) => one.message).join('; ');
    throw new StepFailure('UPDATE_BLOCKED', `an interlock refuses the immediate update: ${reasons}`, { holds: gate.holds });
  }
  await hold(context, gate);
  return null;
}

export async function hold(context: StepContext, gate: GateResult): Promise<void> {
  context.holds = gate.holds;
  context.holdsSaidAtMs = gate.sampledAtMs;
  await moveJob(context.deps, 'hold', { message: `waiting: ${gate.holds.map((one) => one.message).join('; ')}`, holds: gate.holds });
}

export function tellOf(context: StepContext, job: JournalJob): (progress: PhaseProgress) => void {
  return (progress) => context.meter.report(job, job.position.state, progress);
}
