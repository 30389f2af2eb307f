/**
 * The gate before the commit: a version that has proven its health is kept when the interlocks are clear, and until then runs on
 * unconfirmed, told with what holds it. It waits whatever the strategy: to fail would be one more restart of a crane that works.
 * For the same reason a proven version that is not healthy later, for a broken link perhaps, is not left by itself: it waits
 * until it is healthy again, or a person orders the way back.
 */
import type { Hold } from '#/domain/jobs/hold';
import { unwellHold, WAITS_TO_BE_KEPT } from '#/domain/jobs/undecided';
import { bootSlotOf, envNumber } from '../bootloader/decide-boot';
import type { JournalJob } from '../journal/journal-schema';
import { GATE_MAX_AGE_MS } from './boot-steps';
import { moveJob } from './move-job';
import { gateOf, HOLDS_INTERVAL_MS, type StepContext, takeGrants } from './pass-gate';
import { type GateResult, sameHolds } from './safety-gate';

/** How often a version that waits is asked for its health; it is asked again right before it is kept in any case. */
const HEALTH_INTERVAL_MS = 10_000;
/** A version that crashes its gateway over and over, each time after it was healthy, is left by the boot counter in the end. */
const SPARED_BOOTS_MAX = 20;

/** `keep` commits the version, with what the gate saw; `leave` is for one that was never healthy. */
export async function keepWhenClear(
  context: StepContext,
  job: JournalJob,
  signal: AbortSignal,
  keep: (observed: GateResult['observed']) => Promise<void>,
  leave: (reason: string) => Promise<boolean>,
): Promise<boolean> {
  const { clock, health } = context.deps;
  const result = await health(signal);
  signal.throwIfAborted();
  if (!result.ok && !job.wasHealthy) return leave(result.reason);
  if (!result.ok) {
    const hold = unwellHold(nameOf(job), result.reason);
    await sayHeld(context, [hold], clock.monotonicMs(), hold.message);
    await clock.wait(context.tuning.gateIntervalMs, signal);
    return true;
  }
  const gate = await gateOf(context, job, 'booted_unconfirmed');
  if (gate.holds.length === 0) {
    const taken = await takeGrants(context, gate);
    // Too old, or a grant is gone: the next step looks again.
    if (!taken || clock.monotonicMs() - gate.sampledAtMs > GATE_MAX_AGE_MS) return true;
    context.holds = [];
    await keep(gate.observed);
    return true;
  }
  await sayGate(context, job, gate);
  const askHealthAtMs = clock.monotonicMs() + HEALTH_INTERVAL_MS;
  while (await clock.wait(context.tuning.gateIntervalMs, signal)) {
    if (clock.monotonicMs() >= askHealthAtMs) break;
    const next = await gateOf(context, job, 'booted_unconfirmed');
    if (next.holds.length === 0) break;
    await sayGate(context, job, next);
  }
  return true;
}

function nameOf({ recovery, order }: JournalJob): string {
  if (recovery?.operation === 'factory_reset') return 'the gateway is reset';
  return recovery?.operation === 'restore_files' ? 'the gateway runs with the restored files' : `${order.version} runs`;
}

async function sayGate(context: StepContext, job: JournalJob, gate: GateResult): Promise<void> {
  if (!gate.unseen) await spareBoots(context);
  const why = gate.holds.map((one) => one.message).join('; ');
  await sayHeld(context, gate.holds, gate.sampledAtMs, `${nameOf(job)} and is healthy; kept as soon as it may be: ${why}`);
}

async function sayHeld(context: StepContext, holds: Hold[], atMs: number, message: string): Promise<void> {
  if (sameHolds(holds, context.holds) || atMs - context.holdsSaidAtMs < HOLDS_INTERVAL_MS) return;
  context.holds = holds;
  context.holdsSaidAtMs = atMs;
  await moveJob(context.deps, 'hold', {
    message,
    holds,
    details: { waits: WAITS_TO_BE_KEPT, bootCounter: context.spared ? 'set back' : 'armed' },
    edit: (_draft, moved) => {
      moved.wasHealthy = true;
    },
  });
}

/**
 * A crane at work must not lose a healthy version to power cuts: this boot came up and is counted no more. The counter stays armed
 * for boots that do not come up, and as it is while something is not seen: then the power switch on site brings back the
 * former version, which may see.
 */
async function spareBoots(context: StepContext): Promise<void> {
  const { slots, journal } = context.deps;
  const { env, activeSlot } = slots;
  if (context.spared) return;
  if (journal.read().job?.recovery?.operation === 'restore_files') return spareFilesBoots(context);
  const vars = await env.read();
  if (vars.upgrade_available === '1' && bootSlotOf(vars) === activeSlot && envNumber(vars.bootcount, 0) > 0) {
    const before = journal.read().job?.sparedBoots ?? 0;
    if (before >= SPARED_BOOTS_MAX) return;
    await journal.update(({ job }) => {
      if (job) job.sparedBoots = before + 1;
    });
    await env.write({ bootcount: '0' });
  }
  context.spared = true;
}

/** The same of restored files, whose boots the agent counts itself (recovery/files-settle.ts). */
async function spareFilesBoots(context: StepContext): Promise<void> {
  const { journal } = context.deps;
  const { sparedBoots: before = 0, filesBoots } = journal.read().job ?? {};
  // Spared already in this boot, by an agent that was started again since.
  if (filesBoots !== undefined && filesBoots.count > 0) {
    if (before >= SPARED_BOOTS_MAX) return;
    await journal.update(({ job }) => {
      if (job?.filesBoots) [job.sparedBoots, job.filesBoots.count] = [before + 1, 0];
    });
  }
  context.spared = true;
}
