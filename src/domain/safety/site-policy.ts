/** The safety policy of a site: its safety engineer sets it, every change is a new version. Figures here are example policy. */
import { z } from 'zod';
import { EXAMPLE_POLICY, type SafetyPolicy } from './policy';
import { CONSTRAINTS, type Constraint } from './signals';

/** The limits that nobody relaxes, as shipped. A site, and an agent's own configuration, can only be stricter. */
export const SHIPPED_HARD_LIMITS = {
  acsHardDistanceM: EXAMPLE_POLICY.acsHardDistanceM,
  upsHardPercent: EXAMPLE_POLICY.upsHardPercent,
  upsOperationMs: EXAMPLE_POLICY.upsOperationMs,
  networkLeaseMs: EXAMPLE_POLICY.networkLeaseMs,
  diskHardSpareBytes: EXAMPLE_POLICY.diskHardSpareBytes,
  maxAgeMs: EXAMPLE_POLICY.maxAgeMs,
};
export type HardLimits = typeof SHIPPED_HARD_LIMITS;

/** Roles that may be allowed to ask for an override. */
export const REQUESTER_ROLES = ['operator', 'supervisor', 'admin'] as const;

const HOUR_S = 3600;
/** Longest override of any site, and of motion and anti-collision (safety design: 5). */
export const LONGEST_OVERRIDE_S = 4 * HOUR_S;
export const LONGEST_MOTION_OVERRIDE_S = HOUR_S;
export const SHORTEST_OVERRIDE_S = 60;

function perConstraint<T extends z.ZodType>(schema: (constraint: Constraint) => T) {
  return z.strictObject({
    crane_motion: schema('crane_motion'),
    acs_collision: schema('acs_collision'),
    ups_battery: schema('ups_battery'),
    network_connectivity: schema('network_connectivity'),
    disk_space: schema('disk_space'),
  });
}

/** Motion and anti-collision: the shorter limit of the two. */
export function longestOverrideS(constraint: Constraint): number {
  return constraint === 'crane_motion' || constraint === 'acs_collision' ? LONGEST_MOTION_OVERRIDE_S : LONGEST_OVERRIDE_S;
}

const overrideRuleSchema = (constraint: Constraint) =>
  z.strictObject({
    allowed: z.boolean(),
    /** 0: a supervisor's own PIN suffices. */
    approvers: z.number().int().min(0).max(2),
    requesters: z.array(z.enum(REQUESTER_ROLES)),
    maxDurationSeconds: z.number().int().min(SHORTEST_OVERRIDE_S).max(longestOverrideS(constraint)),
  });

const shipped = SHIPPED_HARD_LIMITS;

/** Who else must agree before an operation of class O4 is ordered; an override of a constraint has its own rule above. */
const recoveryRulesSchema = z.strictObject({
  /** false: nobody resets a gateway of this site. */
  factoryReset: z.boolean(),
  /** 0: the own PIN of one who may reset; 1: and the own PIN of another who may. */
  resetApprovers: z.number().int().min(0).max(1),
  /** 0: the right to restore; 1: and another who has it, with own PIN. */
  restoreApprovers: z.number().int().min(0).max(1),
});
const SHIPPED_RECOVERY_RULES: z.infer<typeof recoveryRulesSchema> = { factoryReset: true, resetApprovers: 0, restoreApprovers: 0 };

/** Whether a gateway's own settings may take a soft limit away: without approval, for as long as they say so. */
const switchOffSchema = z.strictObject({
  crane_motion: z.boolean(),
  acs_collision: z.boolean(),
  ups_battery: z.boolean(),
  network_connectivity: z.boolean(),
});
const SHIPPED_SWITCH_OFF: z.infer<typeof switchOffSchema> = {
  crane_motion: true,
  acs_collision: true,
  ups_battery: true,
  network_connectivity: true,
};

export const sitePolicySchema = z
  .strictObject({
    limits: z.strictObject({
      motionRestMs: z.number().int().min(10_000).max(3_600_000),
      acsSoftDistanceM: z.number().max(500),
      acsHardDistanceM: z.number().min(shipped.acsHardDistanceM).max(500),
      upsSoftPercent: z.number().max(100),
      upsHardPercent: z.number().min(shipped.upsHardPercent).max(100),
      /** Time that write, reboot and rollback take together; the battery must last 1.5 times that. */
      upsOperationMs: z.number().int().min(shipped.upsOperationMs).max(7_200_000),
      networkSoftLossPercent: z.number().min(0).max(50),
      networkSoftRttMs: z.number().int().min(10).max(10_000),
      networkLeaseMs: z.number().int().min(5_000).max(shipped.networkLeaseMs),
      diskSoftFreePercent: z.number().min(0).max(90),
    }),
    maxAgeMs: perConstraint((constraint) => z.number().int().min(500).max(shipped.maxAgeMs[constraint])),
    holdMs: perConstraint(() => z.number().int().min(0).max(600_000)),
    override: perConstraint(overrideRuleSchema),
    /** A supervisor alone, with own PIN: an alarm and a review by someone else. */
    breakGlass: z.boolean(),
    /** Whether a download pauses while the constraint is violated; it resumes by itself. */
    pauseDownload: perConstraint(() => z.boolean()),
    concurrency: z.strictObject({
      /** Cranes at once in O2–O4; a site always has room for one. */
      cranesPerBlock: z.number().int().min(1).max(20),
      percentPerSite: z.number().min(1).max(100),
    }),
    /** An unanswered request lapses after this. */
    answerWithinSeconds: z.number().int().min(300).max(HOUR_S),
    /** Older stored policies say nothing about it. */
    switchOff: switchOffSchema.default(SHIPPED_SWITCH_OFF),
    /** Policies that were stored before there was recovery have none. */
    recovery: recoveryRulesSchema.default(SHIPPED_RECOVERY_RULES),
  })
  .superRefine((policy, context) => {
    const { limits } = policy;
    const say = (path: string, message: string) => context.addIssue({ code: 'custom', path: ['limits', path], message });
    if (limits.acsSoftDistanceM < limits.acsHardDistanceM) say('acsSoftDistanceM', 'must not be below the hard limit');
    if (limits.upsSoftPercent < limits.upsHardPercent) say('upsSoftPercent', 'must not be below the hard limit');
  });
export type SitePolicy = z.infer<typeof sitePolicySchema>;

const OPEN_RULE = { allowed: true, approvers: 1, requesters: [...REQUESTER_ROLES] };

/** What a site has until its safety engineer sets something else (version 0). */
export const SHIPPED_SITE_POLICY: SitePolicy = {
  limits: {
    motionRestMs: EXAMPLE_POLICY.motionRestMs,
    acsSoftDistanceM: EXAMPLE_POLICY.acsSoftDistanceM,
    acsHardDistanceM: EXAMPLE_POLICY.acsHardDistanceM,
    upsSoftPercent: EXAMPLE_POLICY.upsSoftPercent,
    upsHardPercent: EXAMPLE_POLICY.upsHardPercent,
    upsOperationMs: EXAMPLE_POLICY.upsOperationMs,
    networkSoftLossPercent: EXAMPLE_POLICY.networkSoftLossPercent,
    networkSoftRttMs: EXAMPLE_POLICY.networkSoftRttMs,
    networkLeaseMs: EXAMPLE_POLICY.networkLeaseMs,
    diskSoftFreePercent: EXAMPLE_POLICY.diskSoftFreePercent,
  },
  maxAgeMs: { ...EXAMPLE_POLICY.maxAgeMs },
  holdMs: { ...EXAMPLE_POLICY.holdMs },
  override: {
    crane_motion: { ...OPEN_RULE, maxDurationSeconds: LONGEST_MOTION_OVERRIDE_S },
    acs_collision: { ...OPEN_RULE, maxDurationSeconds: LONGEST_MOTION_OVERRIDE_S },
    ups_battery: { ...OPEN_RULE, maxDurationSeconds: LONGEST_OVERRIDE_S },
    network_connectivity: { ...OPEN_RULE, maxDurationSeconds: LONGEST_OVERRIDE_S },
    disk_space: { ...OPEN_RULE, maxDurationSeconds: LONGEST_OVERRIDE_S },
  },
  breakGlass: true,
  pauseDownload: { crane_motion: false, acs_collision: false, ups_battery: true, network_connectivity: false, disk_space: true },
  concurrency: { cranesPerBlock: 1, percentPerSite: 25 },
  answerWithinSeconds: HOUR_S,
  switchOff: SHIPPED_SWITCH_OFF,
  recovery: SHIPPED_RECOVERY_RULES,
};

/** The site's limits as the policy of the evaluation, before a gateway's settings. */
export function sitePolicyBase(site: SitePolicy): SafetyPolicy {
  return { ...EXAMPLE_POLICY, ...site.limits, maxAgeMs: { ...site.maxAgeMs }, holdMs: { ...site.holdMs } };
}

/** Never looser than the pinned hard limits, whatever the policy says; soft limits are never looser than hard ones. */
export function tightenHard(policy: SafetyPolicy, pinned: HardLimits): SafetyPolicy {
  const acsHardDistanceM = Math.max(policy.acsHardDistanceM, pinned.acsHardDistanceM);
  const upsHardPercent = Math.max(policy.upsHardPercent, pinned.upsHardPercent);
  const ages = CONSTRAINTS.map((one) => [one, Math.min(policy.maxAgeMs[one], pinned.maxAgeMs[one])]);
  return {
    ...policy,
    acsHardDistanceM,
    acsSoftDistanceM: Math.max(policy.acsSoftDistanceM, acsHardDistanceM),
    upsHardPercent,
    upsSoftPercent: Math.max(policy.upsSoftPercent, upsHardPercent),
    upsOperationMs: Math.max(policy.upsOperationMs, pinned.upsOperationMs),
    networkLeaseMs: Math.min(policy.networkLeaseMs, pinned.networkLeaseMs),
    diskHardSpareBytes: Math.max(policy.diskHardSpareBytes, pinned.diskHardSpareBytes),
    maxAgeMs: Object.fromEntries(ages) as SafetyPolicy['maxAgeMs'],
  };
}
