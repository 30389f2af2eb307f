/**
 * Reads all sources at once and joins them. A source that fails or is slow leaves its signals missing. Keeps since when
 * each signal has been within its soft limit without a break, on the monotonic clock: a step of the wall clock is no rest.
 */
import { CONSTRAINT_RULES } from '#/domain/safety/constraint-rules';
import type { SafetyPolicy } from '#/domain/safety/policy';
import { CONSTRAINTS, type Constraint, type SignalSet } from '#/domain/safety/signals';
import type { Clock, SignalReader } from '../ports';
import { createSeenMotion } from './rest-time';
import type { SignalReading, SignalSource, SignalValue } from './signal-source';

export type SignalBoardOptions = {
  clock: Clock;
  sources: readonly SignalSource[];
  /** The limits in force now. */
  policy(): SafetyPolicy;
  /** A source failed (said once until it works again). */
  onFault?(source: string, reason: string): void;
  /** How many sources must tell the motion; fewer and it is unknown. */
  motionSources?: number;
};

/** Motion sources that must speak, however many have spoken before (two-source rule). */
const LEAST_MOTION_SOURCES = 1;
const DEFAULT_TIMEOUT_MS = 1000;
type Found = { source: string; reading: SignalReading };

export function createSignalBoard({
  clock,
  sources,
  policy,
  onFault,
  motionSources = LEAST_MOTION_SOURCES,
}: SignalBoardOptions): SignalReader {
  const clearSince = new Map<Constraint, { sinceMs: number; seenAtMs: number }>();
  const faulty = new Set<string>();
  const seenMotion = createSeenMotion(clock);
  /** Sources that tell the motion, by their kind or because they once did. */
  const motionTellers = new Set(sources.filter((source) => source.givesMotion));

  async function ask(source: SignalSource): Promise<Found | null> {
    try {
      const reading = await withTimeout(source);
      faulty.delete(source.name);
      if (reading.crane_motion) motionTellers.add(source);
      return { source: source.name, reading };
    } catch (error) {
      if (!faulty.has(source.name)) onFault?.(source.name, error instanceof Error ? error.message : String(error));
      faulty.add(source.name);
      return null;
    }
  }

  /** Since when the signal is clear, as wall time; null while it is not. */
  function sinceWhenClear(constraint: Constraint, value: unknown): string | null {
    const limits = policy();
    const context = { nowMs: clock.nowMs(), imageBytes: 0 };
    const nowMs = clock.monotonicMs();
    if (CONSTRAINT_RULES[constraint].judge(value as never, limits, context, 'O3').level !== 'clear') {
      clearSince.delete(constraint);
      return null;
    }
    const before = clearSince.get(constraint);
    // Longer without a look than a sample is good for: nobody knows what was in between.
    const unbroken = before !== undefined && nowMs - before.seenAtMs <= limits.maxAgeMs[constraint];
    const sinceMs = unbroken ? before.sinceMs : nowMs;
    clearSince.set(constraint, { sinceMs, seenAtMs: nowMs });
    return new Date(context.nowMs - (nowMs - sinceMs)).toISOString();
  }

  return {
    async read() {
      const found = (await Promise.all(sources.map(ask))).filter((one) => one !== null);
      const set: Partial<Record<Constraint, unknown>> = {};
      for (const constraint of CONSTRAINTS) {
        const joined =
          constraint === 'crane_motion' ? joinMotion(found, Math.max(motionSources, motionTellers.size)) : first(found, constraint);
        if (joined === null) {
          clearSince.delete(constraint);
          continue;
        }
        const { source, sampledAtMs } = joined;
        const value = constraint === 'crane_motion' ? seenMotion(joined.value as SignalValue<'crane_motion'>) : joined.value;
        set[constraint] = {
          source: source.slice(0, 80),
          value,
          sampledAt: new Date(sampledAtMs).toISOString(),
          clearSinceAt: sinceWhenClear(constraint, value),
        };
      }
      return set as SignalSet;
    },
  };
}

async function withTimeout(source: SignalSource): Promise<SignalReading> {
  const timeoutMs = source.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([source.read(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The source that is named first in the configuration wins. */
function first(found: readonly Found[], constraint: Constraint): { source: string; value: unknown; sampledAtMs: number } | null {
  for (const { source, reading } of found) {
    const one = reading[constraint];
    if (one) return { source, ...one };
  }
  return null;
}

/** Of several motion sources each can say that the crane moves; they disagree when only some do. All must speak. */
function joinMotion(found: readonly Found[], least: number): { source: string; value: unknown; sampledAtMs: number } | null {
  const said = found.flatMap(({ source, reading }) => (reading.crane_motion ? [{ source, ...reading.crane_motion }] : []));
  const values = said.map((one) => one.value);
  const [only] = said;
  if (only === undefined || said.length < least) return null;
  if (said.length === 1) return only;
  const moves = values.flatMap((value) => (value.lastMovementAt === null ? [] : [value.lastMovementAt]));
  return {
    source: said.map((one) => one.source).join(' + '),
    value: {
      moving: values.some((value) => value.moving),
      loadSuspended: values.some((value) => value.loadSuspended),
      ...(values.some((value) => value.lockedOut) ? { lockedOut: true } : {}),
      sourcesDisagree: values.some((value) => value.sourcesDisagree || value.moving !== values[0]?.moving),
      lastMovementAt: moves.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? null,
    },
    sampledAtMs: Math.min(...said.map((one) => one.sampledAtMs)),
  };
}
