import { expect, it } from 'vitest';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import type { TelemetryReport } from '#/protocol/mqtt/events';
import { SimClock } from '../testing/sim-clock';
import { clearSignals } from '../testing/sim-gateway';
import { meaningOf, startTelemetryLoop } from './telemetry-loop';

const vitals = {
  cpuPercent: 1,
  memoryPercent: 2,
  diskPercent: 3,
  temperatureC: null,
  uptimeSeconds: 4,
  memoryFreeBytes: 5,
  diskFreeBytes: 6,
};

/** Runs the loop for some simulated seconds; `at` changes the signals. */
async function run(
  seconds: number,
  at: (second: number, signals: SignalSet) => SignalSet,
  isConnected: (second: number) => boolean = () => true,
  renewedAt = Number.POSITIVE_INFINITY,
) {
  const clock = new SimClock();
  const startMs = clock.nowMs();
  const second = () => Math.round((clock.nowMs() - startMs) / 1000);
  const sent: { second: number; report: TelemetryReport }[] = [];
  let reads = 0;
  let finish = () => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const loop = startTelemetryLoop({
    clock,
    signals: {
      async read() {
        reads += 1;
        if (second() >= seconds) finish();
        return at(second(), clearSignals(clock));
      },
    },
    vitals: async () => vitals,
    policy: () => EXAMPLE_POLICY,
    nonce: () => (second() < renewedAt ? 'the first nonce of it' : 'the second nonce of it'),
    bootId: 'boot-1',
    onSample: async () => {},
    isConnected: () => isConnected(second()),
    send: (report) => sent.push({ second: second(), report }),
    onError: (error) => {
      throw error;
    },
  });
  await over;
  await loop.stop();
  return { sent: sent.filter((one) => one.second < seconds), reads };
}

it('reports every five seconds, with vitals', async () => {
  const { sent } = await run(16, (_second, signals) => signals);
  expect(sent.map((one) => one.second)).toEqual([0, 5, 10, 15]);
  expect(sent.every((one) => one.report.vitals !== undefined)).toBe(true);
});

it('reports a change at once', async () => {
  const { sent } = await run(10, (second, signals) => {
    if (second < 7 || !signals.crane_motion) return signals;
    return { ...signals, crane_motion: { ...signals.crane_motion, value: { ...signals.crane_motion.value, moving: true } } };
  });
  expect(sent.map((one) => [one.second, one.report.vitals !== undefined])).toEqual([
    [0, true],
    [5, true],
    [7, false],
  ]);
});

it('names its nonce and boot, and a new nonce at once', async () => {
  const always = () => true;
  const { sent } = await run(10, (_second, signals) => signals, always, 7);
  expect(sent.map(({ second, report }) => [second, report.nonce, report.bootId])).toEqual([
    [0, 'the first nonce of it', 'boot-1'],
    [5, 'the first nonce of it', 'boot-1'],
    [7, 'the second nonce of it', 'boot-1'],
  ]);
});

it('samples without a link, says nothing, and tells everything as soon as it is back', async () => {
  const { sent, reads } = await run(
    12,
    (_second, signals) => signals,
    (second) => second === 0 || second >= 8,
  );
  expect(sent.map((one) => one.second)).toEqual([0, 8]);
  expect(sent[1]?.report.vitals).toEqual(vitals);
  expect(reads).toBeGreaterThan(10);
});

it('a value that moves within its limits is no news; one that crosses a limit or goes missing is', () => {
  const signals = clearSignals(new SimClock());
  const nowMs = Date.parse(signals.ups_battery?.sampledAt ?? '');
  const battery = (levelPercent: number) => {
    const { ups_battery: ups } = signals;
    return meaningOf({ ...signals, ups_battery: ups && { ...ups, value: { ...ups.value, levelPercent } } }, EXAMPLE_POLICY, nowMs);
  };
  expect(battery(90)).toBe(battery(89.9));
  expect(battery(31)).not.toBe(battery(29));
  expect(battery(29)).not.toBe(battery(19));
  expect(meaningOf({ ...signals, ups_battery: undefined }, EXAMPLE_POLICY, nowMs)).not.toBe(battery(90));
});
