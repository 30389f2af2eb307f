import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../settings/gateway-settings';
import { boundPastHard, type ConstraintBound, LEAST_REST_MS, relaxPolicy } from './bounds';
import { defaultBound } from './default-bound';
import { effectivePolicy } from './effective-policy';
import { evaluateSafety } from './evaluate';
import { EXAMPLE_POLICY, OPERATION_CLASSES } from './policy';
import { policyDifference } from './policy-difference';
import { CONSTRAINTS, type SignalSet } from './signals';
import { SHIPPED_HARD_LIMITS, SHIPPED_SITE_POLICY, sitePolicySchema } from './site-policy';

const NOW = Date.UTC(2026, 2, 15);
const iso = (agoMs: number) => new Date(NOW - agoMs).toISOString();
const CONTEXT = { nowMs: NOW, imageBytes: 100_000_000 };

const bound: fc.Arbitrary<ConstraintBound> = fc.oneof(
  fc.record({ constraint: fc.constant('crane_motion' as const), bound: fc.record({ restMs: fc.integer({ min: 0, max: 600_000 }) }) }),
  fc.record({
    constraint: fc.constant('acs_collision' as const),
    bound: fc.record({ distanceM: fc.double({ min: 0.1, max: 100, noNaN: true }) }),
  }),
  fc.record({
    constraint: fc.constant('ups_battery' as const),
    bound: fc.record({ levelPercent: fc.double({ min: 0, max: 100, noNaN: true }), onBattery: fc.boolean() }),
  }),
  fc.record({
    constraint: fc.constant('network_connectivity' as const),
    bound: fc.record({ lossPercent: fc.double({ min: 0, max: 50, noNaN: true }), rttMs: fc.double({ min: 1, max: 10_000, noNaN: true }) }),
  }),
  fc.record({
    constraint: fc.constant('disk_space' as const),
    bound: fc.record({ freeBytes: fc.integer({ min: 1, max: 2_000_000_000 }) }),
  }),
);
const sample = <T>(value: fc.Arbitrary<T>) =>
  fc.record({
    source: fc.constant('t'),
    sampledAt: fc.integer({ min: -5_000, max: 100_000 }).map(iso),
    clearSinceAt: fc.option(fc.integer({ min: 0, max: 600_000 }).map(iso), { nil: null }),
    value,
  });
const signals: fc.Arbitrary<SignalSet> = fc.record({
  crane_motion: sample(
    fc.record({
      moving: fc.boolean(),
      loadSuspended: fc.boolean(),
      sourcesDisagree: fc.boolean(),
      lastMovementAt: fc.option(fc.integer({ min: 0, max: 600_000 }).map(iso), { nil: null }),
    }),
  ),
  acs_collision: sample(
    fc.record({
      distanceM: fc.double({ min: 0, max: 60, noNaN: true }),
      zone: fc.constantFrom('clear' as const, 'warning' as const, 'stop' as const),
      fault: fc.boolean(),
    }),
  ),
  ups_battery: sample(
    fc.record({
      levelPercent: fc.double({ min: 0, max: 100, noNaN: true }),
      onBattery: fc.boolean(),
      runtimeSeconds: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: null }),
    }),
  ),
  network_connectivity: sample(
    fc.record({
      rttMs: fc.option(fc.double({ min: 0, max: 5000, noNaN: true }), { nil: null }),
      lossPercent: fc.double({ min: 0, max: 100, noNaN: true }),
      sessionAgeMs: fc.option(fc.integer({ min: 0, max: 200_000 }), { nil: null }),
    }),
  ),
  disk_space: sample(fc.record({ freeBytes: fc.integer({ min: 0, max: 2_000_000_000 }), totalBytes: fc.constant(4_000_000_000) })),
});
const levelsOf = (set: SignalSet, policy: typeof EXAMPLE_POLICY, operation: (typeof OPERATION_CLASSES)[number]) =>
  evaluateSafety(set, policy, operation, CONTEXT).verdicts;

describe('a bound', () => {
  it('relaxes one soft limit and nothing else: what is hard or stale stays, whatever the bound', () => {
    let [runs, relaxed] = [0, 0];
    fc.assert(
      fc.property(signals, bound, fc.constantFrom(...OPERATION_CLASSES), (set, one, operation) => {
        runs += 1;
        const before = levelsOf(set, EXAMPLE_POLICY, operation);
        const after = levelsOf(set, relaxPolicy(EXAMPLE_POLICY, one), operation);
        for (const [index, constraint] of CONSTRAINTS.entries()) {
          const [old, next] = [before[index], after[index]];
          if (old?.level === 'hard' || old?.stale || constraint !== one.constraint) expect(next?.level).toBe(old?.level);
          // Never stricter, so that an override cannot block what was allowed.
          if (old?.level === 'clear') expect(next?.level).toBe('clear');
          if (old?.level === 'soft' && next?.level === 'clear') relaxed += 1;
        }
      }),
      { numRuns: 5000 },
    );
    process.stdout.write(`bounds: ${runs} evaluations, ${relaxed} relaxed from soft to clear\n`);
    expect(relaxed).toBeGreaterThan(100);
  });

  it('cannot pass the hard limit of any policy', () => {
    fc.assert(
      fc.property(bound, (one) => {
        const after = relaxPolicy(EXAMPLE_POLICY, one);
        expect(after.acsSoftDistanceM).toBeGreaterThanOrEqual(after.acsHardDistanceM);
        expect(after.upsSoftPercent).toBeGreaterThanOrEqual(after.upsHardPercent);
        expect(after.motionRestMs).toBeGreaterThanOrEqual(LEAST_REST_MS);
        for (const key of Object.keys(SHIPPED_HARD_LIMITS) as (keyof typeof SHIPPED_HARD_LIMITS)[])
          expect(after[key]).toEqual(EXAMPLE_POLICY[key]);
      }),
    );
  });

  it('names what it passes', () => {
    expect(boundPastHard({ constraint: 'acs_collision', bound: { distanceM: 4.9 } }, EXAMPLE_POLICY, 0)).toContain('5 m');
    expect(boundPastHard({ constraint: 'ups_battery', bound: { levelPercent: 19.9, onBattery: true } }, EXAMPLE_POLICY, 0)).toContain(
      '20 %',
    );
    expect(boundPastHard({ constraint: 'disk_space', bound: { freeBytes: 1 } }, EXAMPLE_POLICY, 1)).toContain('bytes');
    expect(boundPastHard({ constraint: 'acs_collision', bound: { distanceM: 5 } }, EXAMPLE_POLICY, 0)).toBeNull();
  });

  it('that nobody has named never passes the hard limit', () => {
    fc.assert(
      fc.property(signals, fc.constantFrom(...CONSTRAINTS), (set, constraint) => {
        expect(boundPastHard(defaultBound(constraint, set, EXAMPLE_POLICY, CONTEXT), EXAMPLE_POLICY, CONTEXT.imageBytes)).toBeNull();
      }),
    );
  });
});

describe('the policy of a site', () => {
  it('ships valid, and equal to the example policy', () => {
    expect(sitePolicySchema.parse(SHIPPED_SITE_POLICY)).toEqual(SHIPPED_SITE_POLICY);
    expect(effectivePolicy(SHIPPED_SITE_POLICY, defaultSettings('UTC').safety_constraints)).toEqual(EXAMPLE_POLICY);
  });

  it.each([
    ['acsHardDistanceM', 4.9],
    ['upsHardPercent', 19],
    ['networkLeaseMs', 60_001],
    ['upsOperationMs', 299_999],
  ])('refuses a hard limit that is looser than the shipped one: %s', (key, value) => {
    const limits = { ...SHIPPED_SITE_POLICY.limits, [key]: value };
    expect(sitePolicySchema.safeParse({ ...SHIPPED_SITE_POLICY, limits }).success).toBe(false);
  });

  it('refuses soft below hard, older values, and motion overrides of more than an hour', () => {
    const { limits, maxAgeMs, override } = SHIPPED_SITE_POLICY;
    const broken = [
      { limits: { ...limits, acsHardDistanceM: 16 } },
      { maxAgeMs: { ...maxAgeMs, crane_motion: 2001 } },
      { override: { ...override, crane_motion: { ...override.crane_motion, maxDurationSeconds: 3601 } } },
    ];
    for (const change of broken) expect(sitePolicySchema.safeParse({ ...SHIPPED_SITE_POLICY, ...change }).success).toBe(false);
  });

  it('is never looser than what the agent has pinned, whatever site and settings say', () => {
    const pinned = { ...SHIPPED_HARD_LIMITS, acsHardDistanceM: 9, upsHardPercent: 40 };
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), fc.boolean(), (level, enabled) => {
        const settings = { ...defaultSettings('UTC').safety_constraints, minimum_battery_level: level, acs_collision_warning: enabled };
        const policy = effectivePolicy(SHIPPED_SITE_POLICY, settings, pinned);
        expect(policy).toMatchObject({ acsHardDistanceM: 9, upsHardPercent: 40 });
        expect(policy.upsSoftPercent).toBeGreaterThanOrEqual(40);
      }),
    );
  });

  it('a gateway may ask for more battery and more free space than its site, never for less', () => {
    const limits = { ...SHIPPED_SITE_POLICY.limits, upsSoftPercent: 60, diskSoftFreePercent: 40 };
    const strict = { ...SHIPPED_SITE_POLICY, limits };
    const settings = defaultSettings('UTC').safety_constraints;
    const levels = (battery: number, disk: number) =>
      effectivePolicy(strict, { ...settings, minimum_battery_level: battery, disk_space_threshold: disk });
    expect(effectivePolicy(strict, settings)).toMatchObject({ upsSoftPercent: 60, diskSoftFreePercent: 40 });
    expect(levels(0, 0)).toMatchObject({ upsSoftPercent: 60, diskSoftFreePercent: 40 });
    expect(levels(70, 50)).toMatchObject({ upsSoftPercent: 70, diskSoftFreePercent: 50 });
  });

  it('a gateway switches a soft limit off only where its site lets it', () => {
    const settings = { ...defaultSettings('UTC').safety_constraints, crane_motion_lock: false, ups_battery_check: false };
    const closed = { ...SHIPPED_SITE_POLICY, switchOff: { ...SHIPPED_SITE_POLICY.switchOff, crane_motion: false } };
    expect(effectivePolicy(SHIPPED_SITE_POLICY, settings).enabled).toMatchObject({ crane_motion: false, ups_battery: false });
    expect(effectivePolicy(closed, settings).enabled).toMatchObject({ crane_motion: true, ups_battery: false });
  });

  it('a change is told leaf by leaf', () => {
    const after = { ...SHIPPED_SITE_POLICY, breakGlass: false, limits: { ...SHIPPED_SITE_POLICY.limits, motionRestMs: 90_000 } };
    expect(policyDifference(SHIPPED_SITE_POLICY, after)).toEqual([
      { path: 'limits.motionRestMs', old: 60_000, new: 90_000 },
      { path: 'breakGlass', old: true, new: false },
    ]);
  });
});
