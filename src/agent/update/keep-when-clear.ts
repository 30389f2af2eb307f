/**
 * The gate before the commit: a version that has proven its health is kept when the interlocks are clear, and until then runs on
 * unconfirmed, told with what holds it. It waits whatever the strategy: to fail would be one more restart of a crane that works.
 */
import { WAITS_TO_BE_KEPT } from '#/domain/jobs/undecided';
import { bootSlotOf, envNumber } from '../bootloader/decide-boot';
import type { JournalJob } from '../journal/journal-schema';
import { GATE_MAX_AGE_MS } from './boot-steps';
import { moveJob } from './move-job';
import { gateOf, HOLDS_INTERVAL_MS, type StepContext, takeGrants } from './pass-gate';
import { type GateResult, sameHolds } from './safety-gate';

/** How often a version that waits is asked for its health; it is asked again right before it is kept in any case. */
const HEALTH_INTERVAL_MS = 10_000;

/** Called when the version was found healthy a moment ago. `keep` commits it, with what the gate saw. */
export async function keepWhenClear(
  context: StepContext,
  job: JournalJob,
  signal: AbortSignal,
  keep: (observed: GateResult['observed']) => Promise<void>,
): Promise<boolean> {
  const { clock } = context.deps;
  const gate = await gateOf(context, job, 'booted_unconfirmed');
  if (gate.holds.length === 0) {
    const taken = await takeGrants(context, gate);
    // Too old, or a grant is gone: the next step looks again.
    if (!taken || clock.monotonicMs() - gate.sampledAtMs > GATE_MAX_AGE_MS) return true;
    context.holds = [];
    await keep(gate.observed);
    return true;
  }
  await sayHeld(context, job, gate);
  const askHealthAtMs = clock.monotonicMs() + HEALTH_INTERVAL_MS;
  while (await clock.wait(context.tuning.gateIntervalMs, signal)) {
    if (clock.monotonicMs() >= askHealthAtMs) break;
    const next = await gateOf(context, job, 'booted_unconfirmed');
    if (next.holds.length === 0) break;
    await sayHeld(context, job, next);
  }
  return true;
}

async function sayHeld(context: StepContext, job: JournalJob, gate: GateResult): Promise<void> {
  const { deps } = context;
  if (!gate.unseen) await spareBoots(context);
  if (sameHolds(gate.holds, context.holds) || gate.sampledAtMs - context.holdsSaidAtMs < HOLDS_INTERVAL_MS) return;
  context.holds = gate.holds;
  context.holdsSaidAtMs = gate.sampledAtMs;
  const what = job.recovery?.operation === 'factory_reset' ? 'the gateway is reset' : `${job.order.version} runs`;
  await moveJob(deps, 'hold', {
    message: `${what} and is healthy; kept as soon as it may be: ${gate.holds.map((one) => one.message).join('; ')}`,
    holds: gate.holds,
    details: { waits: WAITS_TO_BE_KEPT, bootCounter: context.spared ? 'set back' : 'armed' },
    edit: (_draft, moved) => {
      moved.heldIn = deps.slots.bootId;
    },
  });
}

/**
 * A crane at work must not lose a healthy version to power cuts: this boot came up and is counted no more. The counter stays armed
 * for boots that do not come up, and as it is while something is not seen: then the power switch on site brings back the
 * former version, which may see.
 */
async function spareBoots(context: StepContext): Promise<void> {
  const { env, activeSlot } = context.deps.slots;
  if (context.spared) return;
  const vars = await env.read();
  if (vars.upgrade_available === '1' && bootSlotOf(vars) === activeSlot && envNumber(vars.bootcount, 0) > 0)
    await env.write({ bootcount: '0' });
  context.spared = true;
}
