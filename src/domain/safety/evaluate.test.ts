import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../settings/gateway-settings';
import { relaxPolicy } from './bounds';
import { evaluateSafety } from './evaluate';
import { EXAMPLE_POLICY, OPERATION_CLASSES, policyFromSettings, REQUIRED_CONSTRAINTS } from './policy';
import { CONSTRAINTS, type SignalSet } from './signals';

const NOW = Date.UTC(2026, 2, 15, 10, 30, 45);
const iso = (ageMs: number): string => new Date(NOW - ageMs).toISOString();
const CONTEXT = { nowMs: NOW, imageBytes: 4_000_000 };

const sample = { source: 'test', sampledAt: iso(500), clearSinceAt: iso(600_000) };
const CLEAR: SignalSet = {
  crane_motion: { ...sample, value: { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: iso(600_000) } },
  acs_collision: { ...sample, value: { distanceM: 40, zone: 'clear', fault: false } },
  ups_battery: { ...sample, value: { levelPercent: 95, onBattery: false, runtimeSeconds: 3600 } },
  network_connectivity: { ...sample, value: { rttMs: 12, lossPercent: 0, sessionAgeMs: 900 } },
  disk_space: { ...sample, value: { freeBytes: 20e9, totalBytes: 30e9 } },
};
const judge = (signals: SignalSet, operation = 'O3' as (typeof OPERATION_CLASSES)[number]) =>
  evaluateSafety(signals, EXAMPLE_POLICY, operation, CONTEXT);

describe('safety evaluation', () => {
  it('allows when every signal is fresh and clear', () => {
    for (const operation of OPERATION_CLASSES) expect(judge(CLEAR, operation).allowed).toBe(true);
  });

  it.each(CONSTRAINTS)('a missing %s blocks, hard for a disruptive operation', (constraint) => {
    const result = judge({ ...CLEAR, [constraint]: undefined });
    expect(result.blocking.map((verdict) => [verdict.constraint, verdict.level])).toEqual([[constraint, 'hard']]);
    expect(result.stale).toBe(true);
  });

  it.each(CONSTRAINTS)('a stale or future %s blocks', (constraint) => {
    for (const ageMs of [EXAMPLE_POLICY.maxAgeMs[constraint] + 1, -EXAMPLE_POLICY.maxAgeMs[constraint] - 1]) {
      const aged = { ...CLEAR, [constraint]: { ...CLEAR[constraint], sampledAt: iso(ageMs) } } as SignalSet;
      expect(judge(aged).allowed).toBe(false);
    }
  });

  it('a moving crane is a hard block of a reboot but not of a download', () => {
    const value = { moving: true, loadSuspended: false, sourcesDisagree: false, lastMovementAt: iso(0) };
    const moving: SignalSet = { ...CLEAR, crane_motion: { ...sample, clearSinceAt: null, value } };
    expect(judge(moving).blocking).toMatchObject([{ constraint: 'crane_motion', level: 'hard' }]);
    expect(judge(moving, 'O1').allowed).toBe(true);
  });

  it('lock-out/tag-out is hard, and no bound passes it', () => {
    const value = { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: iso(600_000), lockedOut: true };
    const locked: SignalSet = { ...CLEAR, crane_motion: { ...sample, value } };
    const relaxed = relaxPolicy(EXAMPLE_POLICY, { constraint: 'crane_motion', bound: { restMs: 5000 } });
    for (const operation of ['O3', 'O4'] as const)
      for (const policy of [EXAMPLE_POLICY, relaxed])
        expect(evaluateSafety(locked, policy, operation, CONTEXT).blocking).toMatchObject([
          { constraint: 'crane_motion', level: 'hard', value: 'locked out', reason: 'lock-out/tag-out is set' },
        ]);
  });

  it('on battery, a runtime that the UPS does not tell is hard; on mains the level decides', () => {
    const ups = (onBattery: boolean): SignalSet => ({
      ...CLEAR,
      ups_battery: { ...sample, value: { levelPercent: 95, onBattery, runtimeSeconds: null } },
    });
    expect(judge(ups(true)).blocking).toMatchObject([{ constraint: 'ups_battery', level: 'hard' }]);
    expect(judge(ups(false)).allowed).toBe(true);
  });

  it('rest shorter than the timeout is soft and says how long is left', () => {
    const value = { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: iso(20_000) };
    const result = judge({ ...CLEAR, crane_motion: { ...sample, value } });
    expect(result.blocking[0]).toMatchObject({ level: 'soft', clearsWhen: 'the crane stays at rest for 40 s more' });
  });

  it('a value that is only just back within its limits has to hold', () => {
    const result = judge({
      ...CLEAR,
      acs_collision: { ...sample, clearSinceAt: iso(10_000), value: { distanceM: 40, zone: 'clear', fault: false } },
    });
    expect(result.blocking[0]).toMatchObject({
      constraint: 'acs_collision',
      level: 'soft',
      clearsWhen: 'it stays within its limits for 20 s more',
    });
  });

  it('switching constraints off in settings never removes a hard limit', () => {
    const settings = defaultSettings('UTC').safety_constraints;
    const off = {
      ...settings,
      crane_motion_lock: false,
      acs_collision_warning: false,
      ups_battery_check: false,
      network_connectivity: false,
    };
    const policy = policyFromSettings({ ...off, minimum_battery_level: 0, disk_space_threshold: 0 });
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.float({ min: 0, max: 100, noNaN: true }),
        fc.float({ min: 0, max: 100, noNaN: true }),
        (moving, level, distanceM) => {
          const result = evaluateSafety(
            {
              ...CLEAR,
              crane_motion: { ...sample, value: { moving, loadSuspended: false, sourcesDisagree: false, lastMovementAt: iso(0) } },
              ups_battery: { ...sample, value: { levelPercent: level, onBattery: false, runtimeSeconds: null } },
              acs_collision: { ...sample, value: { distanceM, zone: 'clear', fault: false } },
            },
            policy,
            'O3',
            CONTEXT,
          );
          expect(result.allowed).toBe(!moving && level >= 20 && distanceM >= 5);
        },
      ),
    );
  });

  it('only what an operation needs can block it', () => {
    for (const operation of OPERATION_CLASSES) {
      expect(
        judge({}, operation)
          .blocking.map((verdict) => verdict.constraint)
          .sort(),
      ).toEqual([...REQUIRED_CONSTRAINTS[operation]].sort());
    }
  });
});
