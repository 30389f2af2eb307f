/** The rows of the safety board: what blocks each gateway and since when. Written set-based, and only when something changes. */
import { getPool } from '#/server/db/client';
import type { Judgement } from './safety-alerts';

const CLEARED = `
  DELETE FROM "SafetyBlock" b WHERE b."gatewayId" = ANY($1::uuid[])
    AND NOT EXISTS (SELECT 1 FROM UNNEST($2::uuid[], $3::text[]) AS v(g, c) WHERE v.g = b."gatewayId" AND v.c = b."constraint")`;
/** Reason and level of a block that goes on change with its level only: the numbers in between are on the gateway's page. */
const BLOCKING = `
  INSERT INTO "SafetyBlock" ("gatewayId", "constraint", "siteId", level, stale, reason)
  SELECT v.g, v.c, g."siteId", v.level, v.stale, v.reason
  FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::text[]) AS v(g, c, level, stale, reason)
    JOIN "Gateway" g ON g.id = v.g AND g.connected ORDER BY v.g, v.c
  ON CONFLICT ("gatewayId", "constraint") DO UPDATE SET level = EXCLUDED.level, stale = EXCLUDED.stale, reason = EXCLUDED.reason
  WHERE "SafetyBlock".level <> EXCLUDED.level OR "SafetyBlock".stale <> EXCLUDED.stale`;

export async function writeSafetyBlocks(judged: readonly Judgement[]): Promise<void> {
  const rows = judged.flatMap(({ gatewayId, blocking }) => blocking.map((verdict) => ({ gatewayId, ...verdict })));
  const column = <T>(read: (row: (typeof rows)[number]) => T): T[] => rows.map(read);
  const [ids, constraints] = [column((row) => row.gatewayId), column((row) => row.constraint)];
  await getPool().query(CLEARED, [judged.map((one) => one.gatewayId), ids, constraints]);
  if (rows.length === 0) return;
  const [levels, stale, reasons] = [column((row) => row.level), column((row) => row.stale), column((row) => row.reason.slice(0, 200))];
  await getPool().query(BLOCKING, [ids, constraints, levels, stale, reasons]);
}
