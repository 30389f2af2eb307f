import { describe, expect, it } from 'vitest';
import { collisionAt, motionAt, steadyUpsAt, upsAt } from './crane-script';
import type { CraneScript, Duty } from './work-shift';

const START_MS = Date.parse('2026-03-01T08:00:00.000Z');
const MINUTE_MS = 60_000;

/** Every second of some hours. */
function* seconds(hours: number): Generator<number> {
  for (let timeMs = START_MS; timeMs < START_MS + hours * 60 * MINUTE_MS; timeMs += 1000) yield timeMs;
}

const crane = (duty: Duty, seed: number): CraneScript => ({ seed, kind: 'rtg', duty });

/** Lengths of the spells without movement, ms. */
function restsOf(script: CraneScript, hours: number): number[] {
  const rests: number[] = [];
  let sinceMs: number | null = null;
  for (const timeMs of seconds(hours)) {
    if (motionAt(script, timeMs).moving) {
      if (sinceMs !== null) rests.push(timeMs - sinceMs);
      sinceMs = null;
    } else sinceMs ??= timeMs;
  }
  return rests;
}

describe('a simulated crane', () => {
  it('is the same at the same time, and another one is not', () => {
    const day = [...seconds(0.5)];
    const first = day.map((timeMs) => motionAt(crane('busy', 1), timeMs).moving);
    expect(day.map((timeMs) => motionAt(crane('busy', 1), timeMs).moving)).toEqual(first);
    expect(day.map((timeMs) => motionAt(crane('busy', 2), timeMs).moving)).not.toEqual(first);
  });

  it.each([1, 7, 4711])('busy with seed %i: works much, and rests two minutes in every ten', (seed) => {
    const script = crane('busy', seed);
    const moving = [...seconds(4)].filter((timeMs) => motionAt(script, timeMs).moving).length;
    expect(moving / (4 * 3600)).toBeGreaterThan(0.3);
    for (const timeMs of [...seconds(3)].filter((one) => one % (5 * MINUTE_MS) === 0)) {
      const window = Array.from({ length: 600 }, (_, second) => motionAt(script, timeMs + second * 1000).moving);
      const longest = Math.max(
        ...window
          .map(String)
          .join(',')
          .split('true')
          .map((rest) => rest.split('false').length - 1),
      );
      expect(longest).toBeGreaterThan(100);
    }
    expect(restsOf(script, 4).filter((rest) => rest >= 2 * MINUTE_MS).length).toBeGreaterThanOrEqual(4 * 6);
  });

  it('idle: mostly rests', () => {
    const moving = [...seconds(6)].filter((timeMs) => motionAt(crane('idle', 3), timeMs).moving).length;
    expect(moving).toBeGreaterThan(0);
    expect(moving / (6 * 3600)).toBeLessThan(0.25);
  });

  it('parked: never moves and never comes close', () => {
    for (const timeMs of seconds(2)) {
      const script = crane('parked', 5);
      expect(motionAt(script, timeMs)).toEqual({ moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: null });
      expect(collisionAt(script, timeMs).zone).toBe('clear');
    }
  });

  it('tells when it moved last, and moves away or closer only while it moves', () => {
    const script = crane('busy', 12);
    let lastMs: number | null = null;
    let beforeM = collisionAt(script, START_MS).distanceM;
    let moved = motionAt(script, START_MS).moving;
    for (const timeMs of seconds(2)) {
      const { moving, lastMovementAt } = motionAt(script, timeMs);
      const { distanceM } = collisionAt(script, timeMs);
      if (moving) lastMs = timeMs;
      if (lastMs !== null) expect(Date.parse(lastMovementAt ?? '') - lastMs).toBeLessThan(1000);
      if (!moving && !moved) expect(distanceM).toBe(beforeM);
      [beforeM, moved] = [distanceM, moving];
    }
  });

  it('comes close to its neighbour now and then', () => {
    const zones = new Set([...seconds(12)].map((timeMs) => collisionAt(crane('busy', 9), timeMs).zone));
    expect([...zones].sort()).toEqual(['clear', 'stop', 'warning']);
  });
});

describe('a simulated UPS', () => {
  it('stays full when it is good', () => {
    for (const timeMs of seconds(3)) expect(upsAt(8, false, timeMs)).toMatchObject({ onBattery: false });
    const worn = [...seconds(3)].map((timeMs) => steadyUpsAt(8, 25, timeMs).levelPercent);
    expect([Math.floor(Math.min(...worn)), Math.floor(Math.max(...worn))]).toEqual([25, 25]);
  });

  it('runs on battery for minutes of every hour when it is weak, and recovers', () => {
    const values = [...seconds(6)].map((timeMs) => upsAt(8, true, timeMs));
    const share = values.filter((value) => value.onBattery).length / values.length;
    expect(share).toBeGreaterThan(0.03);
    expect(share).toBeLessThan(0.12);
    expect(Math.min(...values.map((value) => value.levelPercent))).toBeGreaterThan(15);
    expect(Math.max(...values.map((value) => value.levelPercent))).toBeGreaterThan(96);
  });
});
