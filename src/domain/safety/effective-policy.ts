import type { GatewaySettingsBody } from '../settings/gateway-settings';
import { policyFromSettings, type SafetyPolicy } from './policy';
import { type HardLimits, SHIPPED_HARD_LIMITS, type SitePolicy, sitePolicyBase, tightenHard } from './site-policy';

/**
 * The policy in force for a gateway: its site's, with the gateway's own settings, never looser than the pinned hard limits.
 * A gateway may ask for more battery or more free space than its site, never for less.
 */
export function effectivePolicy(
  site: SitePolicy,
  settings: GatewaySettingsBody['safety_constraints'],
  pinned: HardLimits = SHIPPED_HARD_LIMITS,
): SafetyPolicy {
  return tightenHard(policyFromSettings(settings, sitePolicyBase(site), site.switchOff), pinned);
}
