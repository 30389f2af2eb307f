/**
 * How far a grant relaxes the soft limit of one constraint: to an explicit bound, never "off", never past the hard limit
 * (safety design: Words). Pure; checked by the server when it is asked for, and by the agent at each gate.
 */
import { z } from 'zod';
import { OPERATION_CLASSES, type SafetyPolicy } from './policy';
import { CONSTRAINTS, type Constraint } from './signals';

/** A crane that has only just stopped may move on; less rest than this is no rest, whoever says so. */
export const LEAST_REST_MS = 5_000;

const craneMotionBoundSchema = z.strictObject({ restMs: z.number().int().min(LEAST_REST_MS).max(3_600_000) });
const acsCollisionBoundSchema = z.strictObject({ distanceM: z.number().positive().max(10_000) });
const upsBatteryBoundSchema = z.strictObject({ levelPercent: z.number().min(0).max(100), onBattery: z.boolean() });
const networkConnectivityBoundSchema = z.strictObject({
  lossPercent: z.number().min(0).max(50),
  rttMs: z.number().positive().max(10_000),
});
const diskSpaceBoundSchema = z.strictObject({ freeBytes: z.number().int().positive() });

export const BOUND_SCHEMAS = {
  crane_motion: craneMotionBoundSchema,
  acs_collision: acsCollisionBoundSchema,
  ups_battery: upsBatteryBoundSchema,
  network_connectivity: networkConnectivityBoundSchema,
  disk_space: diskSpaceBoundSchema,
} as const;

/** A constraint with the bound of its own shape. */
export const constraintBoundSchema = z.discriminatedUnion('constraint', [
  z.object({ constraint: z.literal('crane_motion'), bound: craneMotionBoundSchema }),
  z.object({ constraint: z.literal('acs_collision'), bound: acsCollisionBoundSchema }),
  z.object({ constraint: z.literal('ups_battery'), bound: upsBatteryBoundSchema }),
  z.object({ constraint: z.literal('network_connectivity'), bound: networkConnectivityBoundSchema }),
  z.object({ constraint: z.literal('disk_space'), bound: diskSpaceBoundSchema }),
]);
export type ConstraintBound = z.infer<typeof constraintBoundSchema>;
export type BoundOf<C extends Constraint> = z.infer<(typeof BOUND_SCHEMAS)[C]>;

export const constraintSchema = z.enum(CONSTRAINTS);
export const operationClassSchema = z.enum(OPERATION_CLASSES);

/** Why the bound passes the hard limit, or null when it does not. `imageBytes`: what the operation writes. */
export function boundPastHard(one: ConstraintBound, policy: SafetyPolicy, imageBytes: number): string | null {
  switch (one.constraint) {
    case 'crane_motion':
      // Its hard limit is a state (an axis moves), which no bound names.
      return null;
    case 'acs_collision':
      return one.bound.distanceM >= policy.acsHardDistanceM ? null : `the hard limit is ${policy.acsHardDistanceM} m`;
    case 'ups_battery':
      return one.bound.levelPercent >= policy.upsHardPercent ? null : `the hard limit is ${policy.upsHardPercent} %`;
    case 'network_connectivity':
      return null;
    case 'disk_space': {
      const least = imageBytes + policy.diskHardSpareBytes;
      return one.bound.freeBytes >= least ? null : `the hard limit is ${least} bytes for this image`;
    }
  }
}

/**
 * The policy with one soft limit relaxed to the bound: never stricter than before, never past the hard limit.
 * Hard limits, maximum ages and the other constraints stay. The hold belongs to the soft limit and goes with it.
 */
export function relaxPolicy(policy: SafetyPolicy, one: ConstraintBound): SafetyPolicy {
  const relaxed: SafetyPolicy = { ...policy, holdMs: { ...policy.holdMs, [one.constraint]: 0 } };
  switch (one.constraint) {
    case 'crane_motion':
      return { ...relaxed, motionRestMs: Math.min(policy.motionRestMs, Math.max(LEAST_REST_MS, one.bound.restMs)) };
    case 'acs_collision':
      return {
        ...relaxed,
        acsSoftDistanceM: Math.min(policy.acsSoftDistanceM, Math.max(policy.acsHardDistanceM, one.bound.distanceM)),
        acsWarningBlocks: false,
      };
    case 'ups_battery':
      return {
        ...relaxed,
        upsSoftPercent: Math.min(policy.upsSoftPercent, Math.max(policy.upsHardPercent, one.bound.levelPercent)),
        upsOnBatteryBlocks: policy.upsOnBatteryBlocks && !one.bound.onBattery,
      };
    case 'network_connectivity':
      return {
        ...relaxed,
        networkSoftLossPercent: Math.max(policy.networkSoftLossPercent, one.bound.lossPercent),
        networkSoftRttMs: Math.max(policy.networkSoftRttMs, one.bound.rttMs),
      };
    case 'disk_space':
      return { ...relaxed, diskSoftFreeBytes: Math.min(policy.diskSoftFreeBytes ?? one.bound.freeBytes, one.bound.freeBytes) };
  }
}
