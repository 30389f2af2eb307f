/** Vitals and signals: the newest of each gateway, written in set-based statements per flush. */
import { CONSTRAINTS, type SignalSet } from '#/domain/safety/signals';
import type { TelemetryReport } from '#/protocol/mqtt/events';
import { logger } from '#/server/config/logger';
import { getPool } from '#/server/db/client';
import { HINT_CHANNEL } from '#/server/db/hint';
import { judgeGateways } from './judge-gateways';

const FLUSH_MS = 300;
const BATCH = 150;
const SAMPLE_EVERY_MS = 10_000;

export type Newest = { gatewayId: string; vitals: TelemetryReport['vitals']; vitalsAt: string; signals: SignalSet };
export type TelemetryBatch = { add(gatewayId: string, report: TelemetryReport): void; stop(): Promise<void> };

export function createTelemetryBatch(): TelemetryBatch {
  let newest = new Map<string, Newest>();
  const sampledAtMs = new Map<string, number>();
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;

  const flush = () => {
    timer = null;
    const reports = [...newest.values()].sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1));
    newest = new Map();
    running = running
      .then(async () => {
        for (let start = 0; start < reports.length; start += BATCH) await write(reports.slice(start, start + BATCH), sampledAtMs);
      })
      .catch((error: unknown) => logger.warn({ reason: (error as Error).message }, 'ingest: telemetry was lost'));
  };
  return {
    add(gatewayId, report) {
      const before = newest.get(gatewayId);
      const fresh = report.vitals !== undefined && (before?.vitals === undefined || before.vitalsAt <= report.at);
      newest.set(gatewayId, {
        gatewayId,
        vitals: fresh ? report.vitals : before?.vitals,
        vitalsAt: fresh ? report.at : (before?.vitalsAt ?? report.at),
        signals: { ...before?.signals, ...report.signals },
      });
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    async stop() {
      if (timer) clearTimeout(timer);
      flush();
      await running;
    },
  };
}

const VITALS_SQL = `
  INSERT INTO "GatewayVitals" ("gatewayId", "cpuPercent", "memoryPercent", "diskPercent", "temperatureC", "uptimeSeconds", "memoryFreeBytes", "diskFreeBytes", "sampledAt", "receivedAt")
  SELECT v.*, now() FROM UNNEST($1::uuid[], $2::float8[], $3::float8[], $4::float8[], $5::float8[], $6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[])
    AS v(id, cpu, mem, disk, temp, up, memfree, diskfree, at) JOIN "Gateway" g ON g.id = v.id
  ON CONFLICT ("gatewayId") DO UPDATE SET "cpuPercent" = EXCLUDED."cpuPercent", "memoryPercent" = EXCLUDED."memoryPercent", "diskPercent" = EXCLUDED."diskPercent",
    "temperatureC" = EXCLUDED."temperatureC", "uptimeSeconds" = EXCLUDED."uptimeSeconds", "memoryFreeBytes" = EXCLUDED."memoryFreeBytes",
    "diskFreeBytes" = EXCLUDED."diskFreeBytes", "sampledAt" = EXCLUDED."sampledAt", "receivedAt" = EXCLUDED."receivedAt"
  WHERE "GatewayVitals"."sampledAt" <= EXCLUDED."sampledAt"`;
const SAMPLE_SQL = `
  INSERT INTO "TelemetrySample" ("gatewayId", "sampledAt", "cpuPercent", "memoryPercent", "diskPercent", "temperatureC")
  SELECT v.* FROM UNNEST($1::uuid[], $2::timestamptz[], $3::float8[], $4::float8[], $5::float8[], $6::float8[]) AS v(id, at, cpu, mem, disk, temp)
    JOIN "Gateway" g ON g.id = v.id ON CONFLICT DO NOTHING`;
const SIGNAL_SQL = `
  INSERT INTO "SafetySignal" ("gatewayId", "constraint", value, source, "sampledAt", "receivedAt", "clearSinceAt")
  SELECT v.id, v.c, v.value, v.source, v.at, now(), v.clear FROM UNNEST($1::uuid[], $2::text[], $3::jsonb[], $4::text[], $5::timestamptz[], $6::timestamptz[])
    AS v(id, c, value, source, at, clear) JOIN "Gateway" g ON g.id = v.id
  ON CONFLICT ("gatewayId", "constraint") DO UPDATE SET value = EXCLUDED.value, source = EXCLUDED.source, "sampledAt" = EXCLUDED."sampledAt",
    "receivedAt" = EXCLUDED."receivedAt", "clearSinceAt" = EXCLUDED."clearSinceAt"
  WHERE "SafetySignal"."sampledAt" <= EXCLUDED."sampledAt"`;

async function write(reports: readonly Newest[], sampledAtMs: Map<string, number>): Promise<void> {
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
    for (const { gatewayId } of samples) sampledAtMs.set(gatewayId, nowMs);
    const c = <T>(read: (v: (typeof samples)[number]) => T) => samples.map(read);
    await pool.query(SAMPLE_SQL, [
      c((v) => v.gatewayId),
      c((v) => v.at),
      c((v) => v.cpuPercent),
      c((v) => v.memoryPercent),
      c((v) => v.diskPercent),
      c((v) => v.temperatureC),
    ]);
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
  const ids = reports.map((report) => report.gatewayId);
  await judgeGateways(ids);
  await pool.query('SELECT pg_notify($1, $2)', [HINT_CHANNEL, JSON.stringify({ kind: 'telemetry', gatewayIds: ids })]);
}
