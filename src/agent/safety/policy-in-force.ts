/** The limits in force on this gateway: its own, the site's policy, and the gateway's settings. */
import { EXAMPLE_POLICY, policyFromSettings, type SafetyPolicy } from '#/domain/safety/policy';
import type { Constraint } from '#/domain/safety/signals';
import { SHIPPED_SITE_POLICY, sitePolicyBase, tightenHard } from '#/domain/safety/site-policy';
import type { JournalState } from '../journal/journal-schema';

/** `own`: the agent's configuration. Its hard limits are pinned: whatever the server sends, they are never looser. */
export function policyOf({ policy, settings }: JournalState, own: SafetyPolicy = EXAMPLE_POLICY): SafetyPolicy {
  const site = policy === null ? own : sitePolicyBase(policy.body);
  const { switchOff } = policy?.body ?? SHIPPED_SITE_POLICY;
  return tightenHard(settings === null ? site : policyFromSettings(settings.body.safety_constraints, site, switchOff), own);
}

/** Constraints whose hard limit pauses a download. */
export function pausingConstraints({ policy }: JournalState): ReadonlySet<Constraint> {
  const { pauseDownload } = policy?.body ?? SHIPPED_SITE_POLICY;
  return new Set((Object.keys(pauseDownload) as Constraint[]).filter((constraint) => pauseDownload[constraint]));
}
