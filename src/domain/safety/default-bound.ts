/** The bound of an override for which the requester has named none: as little as covers the present value. Pure. */
import { type ConstraintBound, LEAST_REST_MS } from './bounds';
import type { SafetyPolicy } from './policy';
import type { Constraint, SignalSet } from './signals';

const between = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));

/** Never past the hard limit; without a present value, halfway between soft and hard. */
export function defaultBound(
  constraint: Constraint,
  signals: SignalSet,
  policy: SafetyPolicy,
  context: { nowMs: number; imageBytes: number },
): ConstraintBound {
  switch (constraint) {
    case 'crane_motion': {
      const last = signals.crane_motion?.value.lastMovementAt;
      const restMs = last ? context.nowMs - Date.parse(last) : 0;
      return { constraint, bound: { restMs: Math.floor(between(LEAST_REST_MS, restMs, policy.motionRestMs)) } };
    }
    case 'acs_collision': {
      const { acsHardDistanceM: hard, acsSoftDistanceM: soft } = policy;
      const distanceM = signals.acs_collision?.value.distanceM;
      const usable = distanceM !== undefined && distanceM >= hard;
      return { constraint, bound: { distanceM: usable ? between(hard, Math.floor(distanceM), soft) : (hard + soft) / 2 } };
    }
    case 'ups_battery': {
      const { upsHardPercent: hard, upsSoftPercent: soft } = policy;
      const value = signals.ups_battery?.value;
      const usable = value !== undefined && value.levelPercent >= hard;
      const levelPercent = usable ? between(hard, Math.floor(value.levelPercent), soft) : (hard + soft) / 2;
      return { constraint, bound: { levelPercent, onBattery: value?.onBattery ?? false } };
    }
    case 'network_connectivity': {
      const value = signals.network_connectivity?.value;
      const { networkSoftLossPercent: loss, networkSoftRttMs: rtt } = policy;
      const lossPercent = between(loss, Math.ceil(value?.lossPercent ?? loss * 2), 50);
      return { constraint, bound: { lossPercent, rttMs: between(rtt, Math.ceil(value?.rttMs ?? rtt * 2), 10_000) } };
    }
    case 'disk_space': {
      const least = context.imageBytes + policy.diskHardSpareBytes;
      return { constraint, bound: { freeBytes: Math.max(least, Math.floor((signals.disk_space?.value.freeBytes ?? least) * 0.9)) } };
    }
  }
}
