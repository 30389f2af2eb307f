/** Samples the signals every second and sends them: at once when one changes in meaning, otherwise with the vitals every few seconds. */
import { CONSTRAINT_RULES } from '#/domain/safety/constraint-rules';
import type { SafetyPolicy } from '#/domain/safety/policy';
import { CONSTRAINTS, type SignalSet } from '#/domain/safety/signals';
import type { TelemetryReport } from '#/protocol/mqtt/events';
import type { Clock, SignalReader } from '../ports';
import type { VitalsReader } from '../vitals/host-vitals';

export type TelemetryOptions = {
  clock: Clock;
  signals: SignalReader;
  vitals: VitalsReader;
  policy(): SafetyPolicy;
  /** Of this report: grants must name it. */
  nonce(): string;
  bootId: string;
  /** Told of every sample, also while there is no link. */
  onSample(signals: SignalSet): Promise<void>;
  isConnected(): boolean;
  send(report: TelemetryReport): void;
  onError(error: unknown): void;
  sampleMs?: number;
  reportMs?: number;
};

export type TelemetryLoop = { stop(): Promise<void> };

export function startTelemetryLoop(options: TelemetryOptions): TelemetryLoop {
  const { clock, sampleMs = 1000, reportMs = 5000 } = options;
  const end = new AbortController();
  let reportedAtMs = Number.NEGATIVE_INFINITY;
  let saidMeaning = '';
  let saidNonce = '';

  async function look(): Promise<void> {
    // Also while there is no link: how long a signal has been clear is learnt from it.
    const signals = await options.signals.read();
    // A disk that is full must not keep the values from the server.
    await options.onSample(signals).catch(options.onError);
    if (!options.isConnected()) {
      // The first words after an outage are a whole report.
      reportedAtMs = Number.NEGATIVE_INFINITY;
      return;
    }
    const nowMs = clock.monotonicMs();
    const due = nowMs - reportedAtMs >= reportMs;
    const meaning = meaningOf(signals, options.policy(), clock.nowMs());
    const nonce = options.nonce();
    if (!due && meaning === saidMeaning && nonce === saidNonce) return;
    const at = new Date(clock.nowMs()).toISOString();
    options.send({ v: 1, at, signals, nonce, bootId: options.bootId, ...(due ? { vitals: await options.vitals() } : {}) });
    saidMeaning = meaning;
    saidNonce = nonce;
    if (due) reportedAtMs = nowMs;
  }

  async function run(): Promise<void> {
    let more = true;
    while (more) {
      const startedMs = clock.monotonicMs();
      await look().catch(options.onError);
      more = await clock.wait(Math.max(0, sampleMs - (clock.monotonicMs() - startedMs)), end.signal);
    }
  }

  const running = run();
  return {
    async stop() {
      end.abort();
      await running;
    },
  };
}

/** What the values say, without the values: a battery that loses a tenth of a per cent is not news. */
export function meaningOf(signals: SignalSet, policy: SafetyPolicy, nowMs: number): string {
  const context = { nowMs, imageBytes: 0 };
  return CONSTRAINTS.map((constraint) => {
    const sample = signals[constraint];
    if (!sample) return 'missing';
    const { level } = CONSTRAINT_RULES[constraint].judge(sample.value as never, policy, context, 'O3');
    return `${level} ${Object.values(sample.value).filter((value) => typeof value === 'boolean')}`;
  }).join('; ');
}
