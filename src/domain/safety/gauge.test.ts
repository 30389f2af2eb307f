import { describe, expect, it } from 'vitest';
import { gaugeOf, gaugePosition } from './gauge';
import { EXAMPLE_POLICY } from './policy';
import { CONSTRAINTS, type SignalSet } from './signals';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const sampled = { source: 'plc', sampledAt: '2026-06-01T12:00:00Z', clearSinceAt: null };
const motion = (over: object): SignalSet => ({
  crane_motion: {
    ...sampled,
    value: { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: '2026-06-01T11:59:18Z', ...over },
  },
});

describe('constraint as a bar', () => {
  it.each(CONSTRAINTS)('%s without a signal has limits but no value', (constraint) => {
    expect(gaugeOf(constraint, {}, EXAMPLE_POLICY, NOW)).toMatchObject({ value: null, soft: expect.any(Number) });
  });

  it('counts the rest of a crane up, and is at zero while it moves or holds a load', () => {
    expect(gaugeOf('crane_motion', motion({}), EXAMPLE_POLICY, NOW).value).toBe(42);
    expect(gaugeOf('crane_motion', motion({}), EXAMPLE_POLICY, NOW + 10_000).value).toBe(52);
    expect(gaugeOf('crane_motion', motion({ moving: true }), EXAMPLE_POLICY, NOW).value).toBe(0);
    expect(gaugeOf('crane_motion', motion({ loadSuspended: true }), EXAMPLE_POLICY, NOW).value).toBe(0);
  });

  it('shows free space as a part of the disk', () => {
    const signals: SignalSet = { disk_space: { ...sampled, value: { freeBytes: 250, totalBytes: 1000 } } };
    expect(gaugeOf('disk_space', signals, EXAMPLE_POLICY, NOW)).toMatchObject({ value: 25, soft: 10, hard: 100 });
  });

  it('keeps what is beyond the scale at its end', () => {
    const gauge = gaugeOf('acs_collision', {}, EXAMPLE_POLICY, NOW);
    expect([gaugePosition(gauge, -3), gaugePosition(gauge, 15), gaugePosition(gauge, 400)]).toEqual([0, 0.5, 1]);
  });
});
