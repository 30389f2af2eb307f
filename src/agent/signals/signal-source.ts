/** Where a safety signal comes from: a sensor gateway, a PLC, a UPS, the host itself. One adapter per kind of source. */
import type { z } from 'zod';
import { CONSTRAINTS, type Constraint, SIGNAL_SCHEMAS } from '#/domain/safety/signals';

export type SignalValue<C extends Constraint> = z.infer<(typeof SIGNAL_SCHEMAS)[C]>;
/** What one source says now. A constraint that it does not know, or knows wrongly, is not in it. */
export type SignalReading = { [C in Constraint]?: { value: SignalValue<C>; sampledAtMs: number } };

export type SignalSource = {
  readonly name: string;
  /** After this the source counts as failed. */
  readonly timeoutMs?: number;
  /** It is there to tell the motion: without its word the motion is unknown, whatever another source says. */
  readonly givesMotion?: boolean;
  /** Asks the source itself; never answers from memory. */
  read(signal: AbortSignal): Promise<SignalReading>;
};

/**
 * A reading as JSON: an object with a member per constraint, its value as in domain/safety/signals.ts, and optionally
 * `sampledAt` (RFC 3339) beside the value's own members. What does not parse is left out, the rest is kept.
 */
export function parseReading(json: unknown, defaultSampledAtMs: number): SignalReading {
  if (typeof json !== 'object' || json === null) return {};
  const reading: Partial<Record<Constraint, unknown>> = {};
  for (const constraint of CONSTRAINTS) {
    const raw = (json as Record<string, unknown>)[constraint];
    const parsed = SIGNAL_SCHEMAS[constraint].safeParse(raw);
    if (!parsed.success) continue;
    const said = (raw as { sampledAt?: unknown }).sampledAt;
    const sampledAtMs = typeof said === 'string' ? Date.parse(said) : defaultSampledAtMs;
    if (Number.isFinite(sampledAtMs)) reading[constraint] = { value: parsed.data, sampledAtMs };
  }
  return reading as SignalReading;
}
