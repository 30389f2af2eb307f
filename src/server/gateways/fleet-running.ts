import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { type FleetScope, siteWhere } from './fleet-scope';

export type RunningJob = {
  id: string;
  gatewayId: string;
  gatewayName: string;
  siteCode: string;
  timezone: string;
  operation: string;
  state: string;
  fromVersion: string | null;
  toVersion: string;
  percent: number;
  bytesDone: bigint;
  bytesTotal: bigint;
  speedBytesPerSecond: number;
  progressAt: Date | null;
  stateChangedAt: Date;
  startedAt: Date | null;
};

/** Rows shown; the total says how many there are. */
const SHOWN = 40;

/** Jobs that move right now (not waiting, paused or resting after a download), the latest changed first. */
export async function fleetRunning(actor: Actor, scope: FleetScope): Promise<{ jobs: RunningJob[]; total: number }> {
  const where = siteWhere(actor, 'job.read', scope, 'j');
  const rows = await getDb().$queryRaw<(RunningJob & { total: number })[]>`
    SELECT j.id, j."gatewayId", g.name AS "gatewayName", s.code AS "siteCode", s.timezone, j.operation, j.state, j."fromVersion", j."toVersion", j.percent,
      j."bytesDone", j."bytesTotal", j."speedBytesPerSecond", j."progressAt", j."stateChangedAt", j."startedAt", count(*) OVER ()::int AS total
    FROM "Job" j JOIN "Gateway" g ON g.id = j."gatewayId" JOIN "Site" s ON s.id = j."siteId"
    WHERE j."finishedAt" IS NULL AND j.state NOT IN ('waiting', 'paused') AND NOT (j.state = 'booted_unconfirmed' AND j."waitingFor" IS NOT NULL) AND NOT (j.state = 'downloaded' AND j.intent = 'download') AND ${where}
    ORDER BY j."createdAt" DESC LIMIT ${SHOWN}`;
  return { jobs: rows.map(({ total: _total, ...row }) => row), total: rows[0]?.total ?? 0 };
}
