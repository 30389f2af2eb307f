/** Motion, anti-collision and UPS of a simulated crane as a function of time. */
import type { SignalValue } from '../signals/signal-source';
import { between, driftAt, noiseAt } from './noise';
import { type CraneScript, restDistanceM, type Step, shiftAt, stepsOf } from './work-shift';

/** What the motion sensors say at a time. */
export function motionAt(crane: CraneScript, timeMs: number): SignalValue<'crane_motion'> {
  const step = stepAt(crane, timeMs);
  const lastMs = step?.moving ? timeMs : lastMovementMs(crane, timeMs);
  return {
    moving: step?.moving ?? false,
    loadSuspended: step?.loaded ?? false,
    sourcesDisagree: false,
    lastMovementAt: lastMs === null ? null : new Date(lastMs).toISOString(),
  };
}

/** What the anti-collision system says at a time. */
export function collisionAt(crane: CraneScript, timeMs: number): SignalValue<'acs_collision'> {
  const distanceM = Math.round(distanceAt(crane, timeMs) * 10) / 10;
  return { distanceM, zone: distanceM < 5 ? 'stop' : distanceM < 15 ? 'warning' : 'clear', fault: false };
}

const HOUR_MS = 3_600_000;
const FULL_RUNTIME_S = 2700;

/** What the UPS says at a time. A weak one runs on battery for some minutes of every hour and then charges again. */
export function upsAt(seed: number, weak: boolean, timeMs: number): SignalValue<'ups_battery'> {
  const rested = between(96.5, 100, driftAt(seed, 21, timeMs, 600_000));
  if (!weak) return upsValue(rested, false);
  const shifted = timeMs + noiseAt(seed, 22) * HOUR_MS;
  const hour = Math.floor(shifted / HOUR_MS);
  const intoMs = shifted - hour * HOUR_MS;
  const startMs = between(0.05, 0.3, noiseAt(seed, 23, hour)) * HOUR_MS;
  const lastsMs = between(2.5, 6, noiseAt(seed, 24, hour)) * 60_000;
  const depth = between(30, 74, noiseAt(seed, 25, hour));
  const chargeMs = depth * 20_000;
  if (intoMs < startMs || intoMs > startMs + lastsMs + chargeMs) return upsValue(rested, false);
  const sinceMs = intoMs - startMs;
  if (sinceMs < lastsMs) return upsValue(rested - (depth * sinceMs) / lastsMs, true);
  return upsValue(rested - depth * (1 - (sinceMs - lastsMs) / chargeMs), false);
}

/** What a worn UPS says that stays at about a level, never below it. */
export function steadyUpsAt(seed: number, percent: number, timeMs: number): SignalValue<'ups_battery'> {
  return upsValue(Math.min(100, percent + between(0.1, 0.4, driftAt(seed, 26, timeMs, 600_000))), false);
}

function upsValue(levelPercent: number, onBattery: boolean): SignalValue<'ups_battery'> {
  const level = Math.round(levelPercent * 10) / 10;
  return { levelPercent: level, onBattery, runtimeSeconds: Math.round((level / 100) * FULL_RUNTIME_S) };
}

function stepAt(crane: CraneScript, timeMs: number): Step | null {
  return stepsOf(crane, shiftAt(crane, timeMs)).find((step) => step.fromMs <= timeMs && timeMs < step.toMs) ?? null;
}

function lastMovementMs(crane: CraneScript, timeMs: number): number | null {
  if (crane.duty === 'parked') return null;
  const shift = shiftAt(crane, timeMs);
  const done = [...stepsOf(crane, shift - 1), ...stepsOf(crane, shift)].filter((step) => step.moving && step.toMs <= timeMs);
  return done.at(-1)?.toMs ?? null;
}

function distanceAt(crane: CraneScript, timeMs: number): number {
  const step = stepAt(crane, timeMs);
  if (step === null) {
    const shift = shiftAt(crane, timeMs);
    const begun = stepsOf(crane, shift).some((one) => one.fromMs <= timeMs);
    return restDistanceM(crane, begun ? shift : shift - 1);
  }
  const share = (timeMs - step.fromMs) / (step.toMs - step.fromMs);
  return between(step.fromM, step.toM, share);
}
