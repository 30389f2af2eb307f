import type { GatewaySettingsBody } from '../settings/gateway-settings';
import type { Constraint } from './signals';

/** O0 read · O1 non-disruptive · O2 write the inactive slot · O3 slot switch, reboot, rollback · O4 destructive. */
export const OPERATION_CLASSES = ['O1', 'O2', 'O3', 'O4'] as const;
export type OperationClass = (typeof OPERATION_CLASSES)[number];

/** Which constraints an operation needs (safety design: Words). */
export const REQUIRED_CONSTRAINTS: Record<OperationClass, readonly Constraint[]> = {
  O1: ['network_connectivity', 'disk_space'],
  O2: ['network_connectivity', 'disk_space', 'ups_battery'],
  O3: ['crane_motion', 'acs_collision', 'ups_battery', 'network_connectivity', 'disk_space'],
  O4: ['crane_motion', 'acs_collision', 'ups_battery', 'network_connectivity', 'disk_space'],
};

/** Example policy: a site's safety engineer sets these. Times in ms, distances in m. */
export type SafetyPolicy = {
  enabled: Record<Constraint, boolean>;
  maxAgeMs: Record<Constraint, number>;
  holdMs: Record<Constraint, number>;
  motionRestMs: number;
  acsSoftDistanceM: number;
  acsHardDistanceM: number;
  /** False only where a grant allows it: within its distance the warning zone does not block. */
  acsWarningBlocks: boolean;
  upsSoftPercent: number;
  upsHardPercent: number;
  /** False only where a grant allows it. */
  upsOnBatteryBlocks: boolean;
  /** Time that write + reboot + rollback takes; the hard limit is 1.5 times that. */
  upsOperationMs: number;
  networkSoftLossPercent: number;
  networkSoftRttMs: number;
  networkLeaseMs: number;
  diskSoftFreePercent: number;
  /** Set only by a grant: this much free suffices. */
  diskSoftFreeBytes: number | null;
  /** Room that must stay free beside the image. */
  diskHardSpareBytes: number;
};

export const EXAMPLE_POLICY: SafetyPolicy = {
  enabled: {
    crane_motion: true,
    acs_collision: true,
    ups_battery: true,
    network_connectivity: true,
    disk_space: true,
  },
  maxAgeMs: {
    crane_motion: 2_000,
    acs_collision: 2_000,
    ups_battery: 30_000,
    network_connectivity: 60_000,
    disk_space: 60_000,
  },
  holdMs: {
    crane_motion: 0, // the rest time below is motion's hold
    acs_collision: 30_000,
    ups_battery: 10_000,
    network_connectivity: 30_000,
    disk_space: 0,
  },
  motionRestMs: 60_000,
  acsSoftDistanceM: 15,
  acsHardDistanceM: 5,
  acsWarningBlocks: true,
  upsSoftPercent: 30,
  upsHardPercent: 20,
  upsOnBatteryBlocks: true,
  upsOperationMs: 300_000,
  networkSoftLossPercent: 5,
  networkSoftRttMs: 500,
  networkLeaseMs: 60_000,
  diskSoftFreePercent: 10,
  diskSoftFreeBytes: null,
  diskHardSpareBytes: 64 * 1_048_576,
};

/**
 * The policy with a gateway's `safety_constraints` settings applied (contract: Settings).
 * Switching a constraint off, where the site lets its gateways do that, removes its soft limit only; hard limits stay. A level is the gateway's where it asks for more than
 * the site, else the site's.
 */
export function policyFromSettings(
  settings: GatewaySettingsBody['safety_constraints'],
  base: SafetyPolicy = EXAMPLE_POLICY,
  maySwitchOff?: Record<Exclude<Constraint, 'disk_space'>, boolean>,
): SafetyPolicy {
  const isOn = (constraint: Exclude<Constraint, 'disk_space'>, wanted: boolean) => wanted || maySwitchOff?.[constraint] === false;
  return {
    ...base,
    enabled: {
      crane_motion: isOn('crane_motion', settings.crane_motion_lock),
      acs_collision: isOn('acs_collision', settings.acs_collision_warning),
      ups_battery: isOn('ups_battery', settings.ups_battery_check),
      network_connectivity: isOn('network_connectivity', settings.network_connectivity),
      disk_space: true,
    },
    upsSoftPercent: Math.max(settings.minimum_battery_level, base.upsSoftPercent),
    diskSoftFreePercent: Math.max(settings.disk_space_threshold, base.diskSoftFreePercent),
  };
}
