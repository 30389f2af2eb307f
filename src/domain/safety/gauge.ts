/** A constraint as a bar: where the value stands between its limits. Pure; for the screen only, it decides nothing. */
import type { SafetyPolicy } from './policy';
import type { Constraint, SignalSet } from './signals';

export type Gauge = {
  /** Null: no value, or none that a number can show. */
  value: number | null;
  max: number;
  soft: number;
  /** Null: the hard limit is a state (an axis moves), not a number. */
  hard: number | null;
  unit: string;
  /** Which side of the marks is the good one. */
  better: 'more' | 'less';
};

type Shape = (signals: SignalSet, policy: SafetyPolicy, nowMs: number) => Gauge;

const SHAPES: Record<Constraint, Shape> = {
  crane_motion: ({ crane_motion: sample }, policy, nowMs) => {
    const soft = policy.motionRestMs / 1000;
    const busy = sample && (sample.value.moving || sample.value.loadSuspended);
    const since = sample?.value.lastMovementAt;
    const value = !sample ? null : busy ? 0 : since ? Math.max(0, (nowMs - Date.parse(since)) / 1000) : soft * 2;
    return { value, max: soft * 2, soft, hard: null, unit: 's at rest', better: 'more' };
  },
  acs_collision: ({ acs_collision: sample }, policy) => ({
    value: sample?.value.distanceM ?? null,
    max: policy.acsSoftDistanceM * 2,
    soft: policy.acsSoftDistanceM,
    hard: policy.acsHardDistanceM,
    unit: 'm',
    better: 'more',
  }),
  ups_battery: ({ ups_battery: sample }, policy) => ({
    value: sample?.value.levelPercent ?? null,
    max: 100,
    soft: policy.upsSoftPercent,
    hard: policy.upsHardPercent,
    unit: '%',
    better: 'more',
  }),
  network_connectivity: ({ network_connectivity: sample }, policy) => ({
    value: sample?.value.rttMs ?? null,
    max: policy.networkSoftRttMs * 2,
    soft: policy.networkSoftRttMs,
    hard: null,
    unit: 'ms',
    better: 'less',
  }),
  disk_space: ({ disk_space: sample }, policy) => ({
    value: sample ? (sample.value.freeBytes / sample.value.totalBytes) * 100 : null,
    max: 100,
    soft: policy.diskSoftFreePercent,
    hard: sample ? Math.min(100, (policy.diskHardSpareBytes / sample.value.totalBytes) * 100) : null,
    unit: '% free',
    better: 'more',
  }),
};

/** The bar of a constraint at an instant. */
export function gaugeOf(constraint: Constraint, signals: SignalSet, policy: SafetyPolicy, nowMs: number): Gauge {
  return SHAPES[constraint](signals, policy, nowMs);
}

/** Position of a value on the bar, 0 to 1; what lies beyond an end is shown at that end. */
export function gaugePosition(gauge: Gauge, value: number): number {
  return Math.min(1, Math.max(0, value / gauge.max));
}
