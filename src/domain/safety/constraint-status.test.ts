import { describe, expect, it } from 'vitest';
import { constraintStatus, safetyScore, waitMs } from './constraint-status';
import { evaluateSafety } from './evaluate';
import { EXAMPLE_POLICY } from './policy';
import type { SignalSet } from './signals';

const NOW_MS = Date.parse('2026-03-15T10:30:45Z');
const context = { nowMs: NOW_MS, imageBytes: 0 };
const ago = (ms: number) => new Date(NOW_MS - ms).toISOString();
const sampled = { source: 'test', sampledAt: ago(500), clearSinceAt: ago(600_000) };

const calm: SignalSet = {
  crane_motion: { ...sampled, value: { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: ago(300_000) } },
  acs_collision: { ...sampled, value: { distanceM: 40, zone: 'clear', fault: false } },
  ups_battery: { ...sampled, value: { levelPercent: 90, onBattery: false, runtimeSeconds: 3600 } },
  network_connectivity: { ...sampled, value: { rttMs: 20, lossPercent: 0, sessionAgeMs: 500 } },
  disk_space: { ...sampled, value: { freeBytes: 50e9, totalBytes: 100e9 } },
};
const judge = (signals: SignalSet) => evaluateSafety(signals, EXAMPLE_POLICY, 'O3', context);
const statusOf = (signals: SignalSet, constraint: string) => {
  const verdict = judge(signals).verdicts.find((one) => one.constraint === constraint);
  if (!verdict) throw new Error('no verdict');
  return { status: constraintStatus(verdict, signals), waitMs: waitMs(verdict, signals, EXAMPLE_POLICY, NOW_MS) };
};

describe('the state of a constraint in the words of the contract', () => {
  it('a parked crane scores 100', () => {
    expect(safetyScore(judge(calm))).toBe(100);
    expect(statusOf(calm, 'crane_motion')).toEqual({ status: 'idle', waitMs: null });
  });

  it('nobody knows when a moving crane will stop', () => {
    const moving = {
      ...calm,
      crane_motion: { ...sampled, value: { moving: true, loadSuspended: false, sourcesDisagree: false, lastMovementAt: ago(0) } },
    };
    expect(statusOf(moving, 'crane_motion')).toEqual({ status: 'moving', waitMs: null });
    expect(safetyScore(judge(moving))).toBe(75);
  });

  it('a crane that has just stopped needs the rest of its minute', () => {
    const stopped = {
      ...calm,
      crane_motion: { ...sampled, value: { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: ago(20_000) } },
    };
    expect(statusOf(stopped, 'crane_motion')).toEqual({ status: 'idle', waitMs: 40_000 });
  });

  it('a value that is missing or old is unknown', () => {
    const { acs_collision: _gone, ...without } = calm;
    expect(statusOf(without, 'acs_collision').status).toBe('unknown');
    const old = {
      ...calm,
      acs_collision: { ...sampled, sampledAt: ago(60_000), value: { distanceM: 40, zone: 'clear' as const, fault: false } },
    };
    expect(statusOf(old, 'acs_collision')).toEqual({ status: 'unknown', waitMs: null });
  });

  it('names the battery', () => {
    const onBattery = { ...calm, ups_battery: { ...sampled, value: { levelPercent: 90, onBattery: true, runtimeSeconds: 3600 } } };
    expect(statusOf(onBattery, 'ups_battery').status).toBe('on_battery');
  });
});
