/** Vitals and signals: the newest of each gateway, written in set-based statements. */
import { CONSTRAINTS, type SignalSet } from '#/domain/safety/signals';
import type { TelemetryReport } from '#/protocol/mqtt/events';
import { getPool } from '#/server/db/client';
import { HINT_CHANNEL } from '#/server/db/hint';
import { createBatchWriter } from './batch-writer';
import { judgeGateways } from './judge-gateways';
import { createSignalHistory, type SignalHistoryWriter } from './signal-history';

const FLUSH_MS = 300;
const BATCH = 150;
const SAMPLE_EVERY_MS = 10_000;

export type Heard = {
  gatewayId: string;
  heardAtMs: number;
  vitals: TelemetryReport['vitals'];
  vitalsAt: string;
  signals: SignalSet;
  /** Of the newest report that told one. */
  nonce?: { value: string; bootId: string; saidAt: string };
};
export type TelemetryBatch = { add(gatewayId: string, report: TelemetryReport): void; stop(): Promise<void> };

export function createTelemetryBatch(flushMs = FLUSH_MS): TelemetryBatch {
  const sampledAtMs = new Map<string, number>();
  const keepHistory = createSignalHistory();
  const writer = createBatchWriter<Heard>({
    name: 'telemetry',
    flushMs,
    size: BATCH,
    merge: mergeHeard,
    write: (reports) => write(reports, sampledAtMs, keepHistory),
  });
  return {
    add: (gatewayId, { vitals, at, signals, nonce, bootId }) =>
      writer.add(gatewayId, {
        gatewayId,
        heardAtMs: Date.now(),
        vitals,
        vitalsAt: at,
        signals: signals ?? {},
        ...(nonce && bootId ? { nonce: { value: nonce, bootId, saidAt: at } } : {}),
      }),
    stop: () => writer.stop(),
  };
}

/** The newer vitals, and the newer sample of each signal, by the instants at which the agent read them. */
export function mergeHeard(a: Heard, b: Heard): Heard {
  const vitals = a.vitals === undefined || (b.vitals !== undefined && Date.parse(b.vitalsAt) >= Date.parse(a.vitalsAt)) ? b : a;
  const signals: Record<string, unknown> = { ...a.signals };
  for (const constraint of CONSTRAINTS) {
    const [before, after] = [a.signals[constraint], b.signals[constraint]];
    if (after && (!before || Date.parse(after.sampledAt) >= Date.parse(before.sampledAt))) signals[constraint] = after;
  }
  return {
    gatewayId: a.gatewayId,
    heardAtMs: Math.max(a.heardAtMs, b.heardAtMs),
    vitals: vitals.vitals,
    vitalsAt: vitals.vitalsAt,
    signals: signals as SignalSet,
    ...newerNonce(a, b),
  };
}

function newerNonce({ nonce: a }: Heard, { nonce: b }: Heard): Pick<Heard, 'nonce'> {
  const nonce = a && (!b || Date.parse(a.saidAt) > Date.parse(b.saidAt)) ? a : b;
  return nonce ? { nonce } : {};
}

// Rows in one order: several controllers may write the same ones. A gateway whose clock was ahead once must not be refused until that instant has come.
const VITALS_SQL = `
  INSERT INTO "GatewayVitals" ("gatewayId", "cpuPercent", "memoryPercent", "diskPercent", "temperatureC", "uptimeSeconds", "memoryFreeBytes", "diskFreeBytes", "sampledAt", "receivedAt")
  SELECT v.*, now() FROM UNNEST($1::uuid[], $2::float8[], $3::float8[], $4::float8[], $5::float8[], $6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[])
    AS v(id, cpu, mem, disk, temp, up, memfree, diskfree, at) JOIN "Gateway" g ON g.id = v.id ORDER BY v.id
  ON CONFLICT ("gatewayId") DO UPDATE SET "cpuPercent" = EXCLUDED."cpuPercent", "memoryPercent" = EXCLUDED."memoryPercent", "diskPercent" = EXCLUDED."diskPercent",
    "temperatureC" = EXCLUDED."temperatureC", "uptimeSeconds" = EXCLUDED."uptimeSeconds", "memoryFreeBytes" = EXCLUDED."memoryFreeBytes",
    "diskFreeBytes" = EXCLUDED."diskFreeBytes", "sampledAt" = EXCLUDED."sampledAt", "receivedAt" = EXCLUDED."receivedAt"
  WHERE "GatewayVitals"."sampledAt" <= EXCLUDED."sampledAt" OR "GatewayVitals"."sampledAt" > now() + interval '1 minute'`;
const SAMPLE_SQL = `
  INSERT INTO "TelemetrySample" ("gatewayId", "sampledAt", "cpuPercent", "memoryPercent", "diskPercent", "temperatureC")
  SELECT v.* FROM UNNEST($1::uuid[], $2::timestamptz[], $3::float8[], $4::float8[], $5::float8[], $6::float8[]) AS v(id, at, cpu, mem, disk, temp)
    JOIN "Gateway" g ON g.id = v.id ORDER BY v.id, v.at ON CONFLICT DO NOTHING`;
const SIGNAL_SQL = `
  INSERT INTO "SafetySignal" ("gatewayId", "constraint", value, source, "sampledAt", "receivedAt", "clearSinceAt")
  SELECT v.id, v.c, v.value, v.source, v.at, now(), v.clear FROM UNNEST($1::uuid[], $2::text[], $3::jsonb[], $4::text[], $5::timestamptz[], $6::timestamptz[])
    AS v(id, c, value, source, at, clear) JOIN "Gateway" g ON g.id = v.id ORDER BY v.id, v.c
  ON CONFLICT ("gatewayId", "constraint") DO UPDATE SET value = EXCLUDED.value, source = EXCLUDED.source, "sampledAt" = EXCLUDED."sampledAt",
    "receivedAt" = EXCLUDED."receivedAt", "clearSinceAt" = EXCLUDED."clearSinceAt"
  WHERE "SafetySignal"."sampledAt" <= EXCLUDED."sampledAt" OR "SafetySignal"."sampledAt" > now() + interval '1 minute'`;

async function write(reports: readonly Heard[], sampledAtMs: Map<string, number>, keepHistory: SignalHistoryWriter): Promise<void> {
  const pool = getPool();
  const vitals = reports.flatMap(({ gatewayId, vitals: value, vitalsAt }) => (value ? [{ gatewayId, at: vitalsAt, ...value }] : []));
  if (vitals.length > 0) {
    const c = <T>(read: (v: (typeof vitals)[number]) => T) => vitals.map(read);
    await pool.query(VITALS_SQL, [
      c((v) => v.gatewayId),
      c((v) => v.cpuPercent),
      c((v) => v.memoryPercent),
      c((v) => v.diskPercent),
      c((v) => v.temperatureC),
      c((v) => v.uptimeSeconds),
      c((v) => v.memoryFreeBytes),
      c((v) => v.diskFreeBytes),
      c((v) => v.at),
    ]);
  }
  const nowMs = Date.now();
  const samples = vitals.filter((v) => nowMs - (sampledAtMs.get(v.gatewayId) ?? 0) >= SAMPLE_EVERY_MS);
  if (samples.length > 0) {
    const c = <T>(read: (v: (typeof samples)[number]) => T) => samples.map(read);
    await pool.query(SAMPLE_SQL, [
      c((v) => v.gatewayId),
      c((v) => v.at),
      c((v) => v.cpuPercent),
      c((v) => v.memoryPercent),
      c((v) => v.diskPercent),
      c((v) => v.temperatureC),
    ]);
    for (const { gatewayId } of samples) sampledAtMs.set(gatewayId, nowMs);
  }
  const signals = reports.flatMap(({ gatewayId, signals: set }) =>
    CONSTRAINTS.flatMap((constraint) => (set[constraint] ? [{ gatewayId, constraint, ...set[constraint] }] : [])),
  );
  if (signals.length > 0) {
    const c = <T>(read: (s: (typeof signals)[number]) => T) => signals.map(read);
    await pool.query(SIGNAL_SQL, [
      c((s) => s.gatewayId),
      c((s) => s.constraint),
      c((s) => JSON.stringify(s.value)),
      c((s) => s.source),
      c((s) => s.sampledAt),
      c((s) => s.clearSinceAt),
    ]);
  }
  await keepHistory(reports);
  await judgeGateways(reports);
  const ids = reports.map((report) => report.gatewayId);
  await pool.query('SELECT pg_notify($1, $2)', [HINT_CHANNEL, JSON.stringify({ kind: 'telemetry', gatewayIds: ids })]);
}
