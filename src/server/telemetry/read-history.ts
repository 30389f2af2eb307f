/** Vitals over time, downsampled by the database: a chart never gets more points than it can draw. */
import { z } from 'zod';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { findGateway } from '../gateways/find-gateway';

export const HISTORY_RANGES = ['1h', '24h', '7d'] as const;
export type HistoryRange = (typeof HISTORY_RANGES)[number];

export const readHistorySchema = z.object({ gatewayId: z.uuid(), range: z.enum(HISTORY_RANGES) });

export type HistoryPoint = {
  at: Date;
  /** Null: nothing was reported in this time. A gap stays a gap. */
  cpuPercent: number | null;
  memoryPercent: number | null;
  diskPercent: number | null;
  temperatureC: number | null;
};
export type History = { range: HistoryRange; stepSeconds: number; points: HistoryPoint[] };

const MINUTE = 60;
/** Span and step: at most 168 points. */
const PLAN: Record<HistoryRange, { spanSeconds: number; stepSeconds: number }> = {
  '1h': { spanSeconds: 60 * MINUTE, stepSeconds: 30 },
  '24h': { spanSeconds: 24 * 60 * MINUTE, stepSeconds: 10 * MINUTE },
  '7d': { spanSeconds: 7 * 24 * 60 * MINUTE, stepSeconds: 60 * MINUTE },
};

/** Means per step, oldest first, up to the step that is running now. */
export async function readHistory(actor: Actor, input: z.infer<typeof readHistorySchema>): Promise<History> {
  await findGateway(actor, { id: input.gatewayId });
  const { spanSeconds, stepSeconds } = PLAN[input.range];
  const points = await getDb().$queryRaw<HistoryPoint[]>`
    WITH span AS (
      SELECT date_bin(make_interval(secs => ${stepSeconds}), now(), 'epoch') AS last, make_interval(secs => ${stepSeconds}) AS step
    ), means AS (
      SELECT date_bin(span.step, t."sampledAt", 'epoch') AS at, avg(t."cpuPercent") AS cpu, avg(t."memoryPercent") AS memory,
        avg(t."diskPercent") AS disk, avg(t."temperatureC") AS temperature
      FROM span JOIN "TelemetrySample" t ON t."gatewayId" = ${input.gatewayId}::uuid
        AND t."sampledAt" > span.last - make_interval(secs => ${spanSeconds})
      GROUP BY 1
    )
    SELECT s.at, m.cpu AS "cpuPercent", m.memory AS "memoryPercent", m.disk AS "diskPercent", m.temperature AS "temperatureC"
    FROM span CROSS JOIN LATERAL generate_series(span.last - make_interval(secs => ${spanSeconds - stepSeconds}), span.last, span.step) AS s(at)
    LEFT JOIN means m ON m.at = s.at ORDER BY s.at`;
  return { range: input.range, stepSeconds, points };
}
