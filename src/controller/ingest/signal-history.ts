/** The figures of safety signals over time: one row per gateway and ten seconds, all that are due in one statement. */
import { figuresOf } from '#/domain/safety/signal-figures';
import type { SignalSet } from '#/domain/safety/signals';
import { getPool } from '#/server/db/client';

const EVERY_MS = 10_000;

const SQL = `
  INSERT INTO "SignalHistory" ("gatewayId", at, "distanceM", "batteryPercent", "rttMs", "freePercent")
  SELECT v.* FROM UNNEST($1::uuid[], $2::timestamptz[], $3::float8[], $4::float8[], $5::float8[], $6::float8[]) AS v(id, at, distance, battery, rtt, free)
    JOIN "Gateway" g ON g.id = v.id ORDER BY v.id ON CONFLICT DO NOTHING`;

export type SignalHistoryWriter = (reports: readonly { gatewayId: string; heardAtMs: number; signals: SignalSet }[]) => Promise<void>;

/** Remembers when each gateway had its last row; of several controllers each has its own share of the gateways. */
export function createSignalHistory(): SignalHistoryWriter {
  const keptAtMs = new Map<string, number>();
  return async (reports) => {
    const due = reports
      .filter(({ gatewayId, heardAtMs }) => heardAtMs - (keptAtMs.get(gatewayId) ?? 0) >= EVERY_MS)
      .map((report) => ({ ...report, ...figuresOf(report.signals) }))
      .filter((row) => row.distanceM !== null || row.batteryPercent !== null || row.rttMs !== null || row.freePercent !== null);
    if (due.length === 0) return;
    const c = <T>(read: (row: (typeof due)[number]) => T) => due.map(read);
    await getPool().query(SQL, [
      c((row) => row.gatewayId),
      c((row) => new Date(row.heardAtMs)),
      c((row) => row.distanceM),
      c((row) => row.batteryPercent),
      c((row) => row.rttMs),
      c((row) => row.freePercent),
    ]);
    for (const { gatewayId, heardAtMs } of due) keptAtMs.set(gatewayId, heardAtMs);
  };
}
