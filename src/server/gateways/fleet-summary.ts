/** The fleet in figures: status per site, versions in the field, how jobs ended day by day. */
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { type FleetScope, siteWhere } from './fleet-scope';

export type SiteFigures = {
  code: string;
  name: string;
  timezone: string;
  total: number;
  online: number;
  offline: number;
  updating: number;
  /** Serviced in their open window. */
  maintenance: number;
  error: number;
  blocked: number;
};
export type VersionFigures = { version: string; count: number };
/** One day of the site's calendar (UTC for the whole fleet), as "YYYY-MM-DD". */
export type DayFigures = { day: string; confirmed: number; failed: number; rolledBack: number };
export type FleetSummary = { sites: SiteFigures[]; versions: VersionFigures[]; days: DayFigures[]; zone: string };

/** Days that the trend looks back. */
const TREND_DAYS = 14;

/** Figures of what the actor may see, narrowed to a site when the scope names one. */
export async function fleetSummary(actor: Actor, scope: FleetScope): Promise<FleetSummary> {
  const db = getDb();
  const gateways = siteWhere(actor, 'gateway.read', scope, 'g');
  const jobs = siteWhere(actor, 'job.read', scope, 'j');
  const site = scope.siteCode ? await db.site.findUnique({ where: { code: scope.siteCode }, select: { timezone: true } }) : null;
  const zone = site?.timezone ?? 'UTC';
  const [sites, versions, days] = await Promise.all([
    db.$queryRaw<SiteFigures[]>`
      SELECT s.code, s.name, s.timezone, f.* FROM (
        SELECT g."siteId", count(*)::int AS total,
          count(*) FILTER (WHERE g.status = 'online')::int AS online,
          count(*) FILTER (WHERE g.status = 'offline')::int AS offline,
          count(*) FILTER (WHERE g.status = 'updating')::int AS updating,
          count(*) FILTER (WHERE g.status = 'maintenance')::int AS maintenance,
          count(*) FILTER (WHERE g.status = 'error')::int AS error,
          count(*) FILTER (WHERE g."safetyBlocked" AND g.status <> 'offline')::int AS blocked
        FROM "Gateway" g WHERE ${gateways} GROUP BY 1
      ) f JOIN "Site" s ON s.id = f."siteId" ORDER BY s.code`,
    db.$queryRaw<VersionFigures[]>`
      SELECT COALESCE(g."activeVersion", 'unknown') AS version, count(*)::int AS count
      FROM "Gateway" g WHERE ${gateways} GROUP BY 1 ORDER BY 2 DESC, 1`,
    db.$queryRaw<DayFigures[]>`
      SELECT to_char(d.day, 'YYYY-MM-DD') AS day, COALESCE(e.confirmed, 0)::int AS confirmed,
        COALESCE(e.failed, 0)::int AS failed, COALESCE(e."rolledBack", 0)::int AS "rolledBack"
      FROM generate_series(date_trunc('day', now() AT TIME ZONE ${zone}) - make_interval(days => ${TREND_DAYS - 1}),
        date_trunc('day', now() AT TIME ZONE ${zone}), interval '1 day') AS d(day)
      LEFT JOIN (
        SELECT date_trunc('day', j."finishedAt" AT TIME ZONE ${zone}) AS day,
          count(*) FILTER (WHERE j.state = 'confirmed') AS confirmed,
          count(*) FILTER (WHERE j.state = 'failed') AS failed,
          count(*) FILTER (WHERE j.state = 'rolled_back') AS "rolledBack"
        FROM "Job" j
        WHERE j."finishedAt" >= now() - make_interval(days => ${TREND_DAYS}) AND j.intent = 'install' AND j.operation = 'update' AND ${jobs}
        GROUP BY 1
      ) e ON e.day = d.day ORDER BY d.day`,
  ]);
  return { sites, versions, days, zone };
}
