/**
 * How a simulated crane works: time is cut into shifts of fixed length, each a spell of load cycles and then rest.
 * Pure: the same crane at the same time always does the same.
 */
import type { CraneKind } from '#/domain/sites/crane-kinds';
import { between, noiseAt } from './noise';

export type Duty = 'parked' | 'idle' | 'busy';
export type CraneScript = { seed: number; kind: CraneKind; duty: Duty };

/** One step of a load cycle. Times in ms since the epoch; the distance to the neighbour changes only while the crane moves. */
export type Step = { fromMs: number; toMs: number; moving: boolean; loaded: boolean; fromM: number; toM: number };

const MINUTE_MS = 60_000;
/** Shift length and the least and most of it that is work. A busy crane still rests for more than two minutes a shift. */
const SHIFTS: Record<Exclude<Duty, 'parked'>, { lengthMs: number; workMs: [number, number] }> = {
  busy: { lengthMs: 8 * MINUTE_MS, workMs: [4 * MINUTE_MS, 5.4 * MINUTE_MS] },
  idle: { lengthMs: 20 * MINUTE_MS, workMs: [1.5 * MINUTE_MS, 4 * MINUTE_MS] },
};
/** Seconds of a whole load cycle. */
const CYCLE_S: Record<CraneKind, [number, number]> = { sts: [80, 115], rtg: [95, 140], rmg: [75, 110], asc: [70, 100] };
/** Parts of a cycle: to the box, lower and lock, carry, set down, go clear, wait for the next truck. */
const PARTS = [
  { share: 0.24, moving: true, loaded: false },
  { share: 0.1, moving: true, loaded: false },
  { share: 0.34, moving: true, loaded: true },
  { share: 0.06, moving: false, loaded: true },
  { share: 0.12, moving: true, loaded: false },
  { share: 0.14, moving: false, loaded: false },
] as const;

/** Number of the shift that a time is in. */
export function shiftAt(crane: CraneScript, timeMs: number): number {
  return crane.duty === 'parked' ? 0 : Math.floor((timeMs - offsetOf(crane)) / SHIFTS[crane.duty].lengthMs);
}

/** Where the crane stands when it rests after a shift, metres from its neighbour; always clear of it. */
export function restDistanceM(crane: CraneScript, shift: number): number {
  return between(22, 70, noiseAt(crane.seed, 11, shift));
}

/** The steps of a shift's work, in order; the rest of the shift is rest. */
export function stepsOf(crane: CraneScript, shift: number): Step[] {
  if (crane.duty === 'parked') return [];
  const { lengthMs, workMs } = SHIFTS[crane.duty];
  const startMs = offsetOf(crane) + shift * lengthMs;
  const cycleMs = between(...CYCLE_S[crane.kind], noiseAt(crane.seed, 2, shift)) * 1000;
  const cycles = Math.max(1, Math.floor(between(...workMs, noiseAt(crane.seed, 1, shift)) / cycleMs));
  const steps: Step[] = [];
  let atMs = startMs;
  let atM = restDistanceM(crane, shift - 1);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const boxM = boxDistanceM(crane, shift, cycle);
    const afterM = cycle === cycles - 1 ? restDistanceM(crane, shift) : between(18, 60, noiseAt(crane.seed, 3, shift, cycle));
    for (const [index, { share, moving, loaded }] of PARTS.entries()) {
      const toMs = atMs + share * cycleMs;
      const toM = index === 0 ? boxM : index === 4 ? afterM : atM;
      steps.push({ fromMs: atMs, toMs, moving, loaded, fromM: atM, toM });
      atMs = toMs;
      atM = toM;
    }
  }
  return steps;
}

/** Mostly well away; now and then the next box lies close to the neighbour, and rarely too close. */
function boxDistanceM(crane: CraneScript, shift: number, cycle: number): number {
  const chance = noiseAt(crane.seed, 4, shift, cycle);
  const place = noiseAt(crane.seed, 5, shift, cycle);
  if (chance < 0.02) return between(3.5, 4.9, place);
  if (chance < 0.16) return between(7, 14, place);
  return between(17, 65, place);
}

/** Cranes do not all begin at once. */
function offsetOf({ seed, duty }: CraneScript): number {
  return duty === 'parked' ? 0 : Math.floor(noiseAt(seed, 0) * SHIFTS[duty].lengthMs);
}
