import { describe, expect, it } from 'vitest';
import type { ConstraintBound } from '#/domain/safety/bounds';
import { defaultBound } from '#/domain/safety/default-bound';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import { CONSTRAINTS, type SignalSet } from '#/domain/safety/signals';
import { boundFields, figureFault, withFigure } from './bound-fields';
import { boundOnGauge, boundWords, verdictUnder } from './bound-words';

const NOW_MS = Date.parse('2026-03-01T10:00:00Z');
const sampled = { source: 'test', sampledAt: '2026-03-01T09:59:59Z', clearSinceAt: null };
const SIGNALS: SignalSet = {
  crane_motion: {
    ...sampled,
    value: { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: '2026-03-01T09:59:40Z' },
  },
  acs_collision: { ...sampled, value: { distanceM: 9.4, zone: 'warning', fault: false } },
  ups_battery: { ...sampled, value: { levelPercent: 25, onBattery: true, runtimeSeconds: 3600 } },
  network_connectivity: { ...sampled, value: { rttMs: 800, lossPercent: 8.2, sessionAgeMs: 500 } },
  disk_space: { ...sampled, value: { freeBytes: 900_000_000, totalBytes: 16_000_000_000 } },
};
const context = { nowMs: NOW_MS, imageBytes: 400_000_000 };
const bounds = CONSTRAINTS.map((one) => defaultBound(one, SIGNALS, EXAMPLE_POLICY, context));

describe('bounds on the screen', () => {
  it.each([
    [0, 'at rest ≥ 20 s'],
    [1, '≥ 9 m, also in the warning zone'],
    [2, '≥ 25 %, also on battery'],
    [3, '≤ 800 ms, ≤ 9 % loss'],
    [4, '≥ 810 MB free'],
  ])('bound %i reads %s', (index, words) => expect(boundWords(bounds[index] as ConstraintBound)).toBe(words));

  it.each(bounds)('the pre-filled bound of $constraint covers the present value', (bound) => {
    expect(verdictUnder(bound, SIGNALS, EXAMPLE_POLICY, 'O3', context).level).toBe('clear');
  });

  it.each(bounds)('the fields of $constraint accept the pre-filled bound', (bound) => {
    for (const field of boundFields(bound, EXAMPLE_POLICY, context.imageBytes)) expect(figureFault(field)).toBeNull();
  });

  it('a figure past the hard limit is refused with the reason', () => {
    const [field] = boundFields({ constraint: 'ups_battery', bound: { levelPercent: 12, onBattery: false } }, EXAMPLE_POLICY, 0);
    expect(field && figureFault(field)).toBe('not below 20 %: the hard limit');
  });

  it('a shown figure is written in the unit of the bound', () => {
    const bound: ConstraintBound = { constraint: 'crane_motion', bound: { restMs: 20_000 } };
    const [field] = boundFields(bound, EXAMPLE_POLICY, 0);
    expect(field && withFigure(bound, field, 12)).toEqual({ constraint: 'crane_motion', bound: { restMs: 12_000 } });
    expect(field && withFigure(bound, field, Number.NaN)).toBe(bound);
  });

  it('the place on the bar is in the bar’s unit', () => {
    expect(bounds.map((bound) => boundOnGauge(bound, SIGNALS))).toEqual([20, 9, 25, 800, (810 / 16_000) * 100]);
  });

  it('a bound that does not reach the value leaves it blocked', () => {
    const bound: ConstraintBound = { constraint: 'acs_collision', bound: { distanceM: 12 } };
    expect(verdictUnder(bound, SIGNALS, EXAMPLE_POLICY, 'O3', context).level).toBe('soft');
  });
});
