/** What needs someone: jobs that failed or fell back, gateways in error or away, jobs that wait. Worst first. */
import type { Hold } from '#/domain/jobs/hold';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { type FleetScope, siteWhere } from './fleet-scope';

export type AttentionGateway = {
  id: string;
  name: string;
  siteCode: string;
  timezone: string;
  status: string;
  lastSeenAt: Date | null;
  /** An unfinished job that cannot go on while the gateway is away. */
  jobId: string | null;
};
export type AttentionJob = {
  id: string;
  gatewayId: string;
  gatewayName: string;
  siteCode: string;
  timezone: string;
  state: string;
  toVersion: string;
  fromVersion: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  waitingFor: string | null;
  holds: Hold[];
  stateChangedAt: Date;
};
export type Attention = {
  ended: AttentionJob[];
  endedTotal: number;
  away: AttentionGateway[];
  awayTotal: number;
  held: AttentionJob[];
  heldTotal: number;
};

/** Rows per list; the totals say how many there are. */
const SHOWN = 12;
/** A failed or rolled-back job is an exception for this long, or until a later job of that gateway succeeds. */
const ENDED_DAYS = 3;

/** The exceptions of what the actor may see. */
export async function fleetAttention(actor: Actor, scope: FleetScope): Promise<Attention> {
  const db = getDb();
  const gateways = siteWhere(actor, 'gateway.read', scope, 'g');
  const jobs = siteWhere(actor, 'job.read', scope, 'j');
  const [ended, held, away] = await Promise.all([
    db.$queryRaw<(AttentionJob & { total: number })[]>`
      SELECT j.id, j."gatewayId", g.name AS "gatewayName", s.code AS "siteCode", s.timezone, j.state, j."toVersion", j."fromVersion",
        j."errorCode", j."errorMessage", j."waitingFor", j.holds, j."stateChangedAt", count(*) OVER ()::int AS total
      FROM "Job" j JOIN "Gateway" g ON g.id = j."gatewayId" JOIN "Site" s ON s.id = j."siteId"
      WHERE j.state IN ('failed', 'rolled_back') AND j."finishedAt" >= now() - make_interval(days => ${ENDED_DAYS}) AND ${jobs}
        AND NOT EXISTS (SELECT 1 FROM "Job" l WHERE l."gatewayId" = j."gatewayId" AND l."createdAt" > j."createdAt" AND l.state <> 'cancelled')
      ORDER BY j."finishedAt" DESC LIMIT ${SHOWN}`,
    db.$queryRaw<(AttentionJob & { total: number })[]>`
      SELECT j.id, j."gatewayId", g.name AS "gatewayName", s.code AS "siteCode", s.timezone, j.state, j."toVersion", j."fromVersion",
        j."errorCode", j."errorMessage", j."waitingFor", j.holds, j."stateChangedAt", count(*) OVER ()::int AS total
      FROM "Job" j JOIN "Gateway" g ON g.id = j."gatewayId" JOIN "Site" s ON s.id = j."siteId"
      WHERE j."finishedAt" IS NULL AND (j.state IN ('waiting', 'paused') OR (j.state = 'booted_unconfirmed' AND j."waitingFor" IS NOT NULL)) AND ${jobs}
      ORDER BY j."stateChangedAt" LIMIT ${SHOWN}`,
    db.$queryRaw<(AttentionGateway & { total: number })[]>`
      SELECT g.id, g.name, s.code AS "siteCode", s.timezone, g.status, g."lastSeenAt", count(*) OVER ()::int AS total,
        (SELECT j.id FROM "Job" j WHERE j."gatewayId" = g.id AND j."finishedAt" IS NULL ORDER BY j."createdAt" DESC LIMIT 1) AS "jobId"
      FROM "Gateway" g JOIN "Site" s ON s.id = g."siteId"
      WHERE g.status IN ('error', 'offline') AND g."enrolledAt" IS NOT NULL AND ${gateways}
      ORDER BY (g.status = 'error') DESC, g."lastSeenAt" DESC NULLS LAST LIMIT ${SHOWN}`,
  ]);
  return {
    ended: ended.map(withoutTotal),
    endedTotal: ended[0]?.total ?? 0,
    held: held.map(withoutTotal),
    heldTotal: held[0]?.total ?? 0,
    away: away.map(withoutTotal),
    awayTotal: away[0]?.total ?? 0,
  };
}

function withoutTotal<T extends { total: number }>({ total: _total, ...row }: T): Omit<T, 'total'> {
  return row;
}
