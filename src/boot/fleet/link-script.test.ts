import { describe, expect, it } from 'vitest';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import { linkAt, speedOf } from './link-script';

const START_MS = Date.parse('2026-03-01T08:00:00.000Z');
const seconds = (hours: number) => Array.from({ length: hours * 3600 }, (_, second) => START_MS + second * 1000);

describe('a simulated link', () => {
  it.each(['fibre', 'lte'] as const)('%s is always there and within the limits', (profile) => {
    for (const timeMs of seconds(3)) {
      const { up, rttMs, lossPercent } = linkAt(profile, 3, timeMs);
      expect(up && rttMs < EXAMPLE_POLICY.networkSoftRttMs && lossPercent <= EXAMPLE_POLICY.networkSoftLossPercent).toBe(true);
    }
  });

  it('mesh drops out for minutes, some times in a few hours, and is otherwise usable', () => {
    const states = seconds(6).map((timeMs) => linkAt('mesh', 5, timeMs));
    const down = states.filter((state) => !state.up).length;
    expect(down).toBeGreaterThan(120);
    expect(down / states.length).toBeLessThan(0.15);
    const usable = states.filter((state) => state.up && state.lossPercent <= EXAMPLE_POLICY.networkSoftLossPercent).length;
    expect(usable / states.length).toBeGreaterThan(0.8);
    const spells = states.filter((state, second) => !state.up && states[second - 1]?.up).length;
    expect(down / spells).toBeGreaterThan(45);
  });

  it('is the same at the same time', () => {
    expect(seconds(1).map((timeMs) => linkAt('mesh', 9, timeMs))).toEqual(seconds(1).map((timeMs) => linkAt('mesh', 9, timeMs)));
  });

  it('takes about ten seconds for 4 MB over fibre and half a minute over LTE', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      expect(4_000_000 / speedOf('fibre', seed)).toBeGreaterThan(8);
      expect(4_000_000 / speedOf('fibre', seed)).toBeLessThan(15);
      expect(4_000_000 / speedOf('mesh', seed)).toBeLessThan(25);
      expect(4_000_000 / speedOf('lte', seed)).toBeLessThan(40);
    }
  });
});
