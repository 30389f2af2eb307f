import type { SafetyPolicy } from './policy';

/**
 * What the gate before the commit asks. Hold times keep a value that comes and goes from letting something begin. The commit begins
 * nothing, and after a boot they would count from the agent's start; how long the crane must have rested is a limit of its own and
 * stays.
 */
export function policyOfCommit(policy: SafetyPolicy): SafetyPolicy {
  return {
    ...policy,
    holdMs: { crane_motion: 0, acs_collision: 0, ups_battery: 0, network_connectivity: 0, disk_space: 0 },
  };
}
