/** Gateways that are away, as alarms of their own or grouped under their site's. */
import { alarmKey } from '#/domain/alarms/alarm-kinds';
import { groupOffline, type OfflineGateway } from '#/domain/alarms/first-out';
import { servicedGateways } from '#/server/alarms/serviced-gateways';
import { getDb } from '#/server/db/client';
import type { WantedAlarm } from './wanted-alarm';

/** On-delay: a gateway that is back so soon was no news. */
export const OFFLINE_DELAY_MS = 20_000;

type Row = { id: string; name: string; siteId: string; since: Date };
type Site = { id: string; code: string; total: number };

/** Gateways that restart within their update are `updating`, not `offline`. */
export async function offlineAlarms(now: Date): Promise<WantedAlarm[]> {
  const rows = await getDb().$queryRaw<Row[]>`
    SELECT id, name, "siteId", COALESCE("disconnectedAt", "lastSeenAt") AS since FROM "Gateway"
    WHERE NOT connected AND status IN ('offline', 'maintenance') AND "enrolledAt" IS NOT NULL AND COALESCE("disconnectedAt", "lastSeenAt") IS NOT NULL`;
  if (rows.length === 0) return [];
  const bySite = new Map<string, Row[]>();
  for (const row of rows) bySite.set(row.siteId, [...(bySite.get(row.siteId) ?? []), row]);
  const sites = await getDb().$queryRaw<Site[]>`
    SELECT s.id, s.code, count(*)::int AS total FROM "Gateway" g JOIN "Site" s ON s.id = g."siteId"
    WHERE g."siteId" = ANY(${[...bySite.keys()]}::uuid[]) AND g."enrolledAt" IS NOT NULL AND COALESCE(g."disconnectedAt", g."lastSeenAt") IS NOT NULL
    GROUP BY s.id`;
  const standing = await standingGroups();
  const serviced = await servicedGateways(
    rows.map(({ id }) => id),
    now.getTime(),
  );
  return sites.flatMap((site) => wantedOf(site, bySite.get(site.id) ?? [], { now, serviced, startMs: standing.get(site.id) ?? null }));
}

/** When the first of each group that stands went. */
async function standingGroups(): Promise<ReadonlyMap<string, number>> {
  const open = await getDb().alarm.findMany({ where: { kind: 'site_offline', closedAt: null, present: true } });
  return new Map(open.map(({ siteId, details }) => [siteId, Number((details as { firstSinceMs?: number }).firstSinceMs)]));
}

type Circumstances = { now: Date; serviced: ReadonlySet<string>; startMs: number | null };

function wantedOf(site: Site, rows: readonly Row[], { now, serviced, startMs }: Circumstances): WantedAlarm[] {
  const offlineOf = (row: Row): OfflineGateway => ({ gatewayId: row.id, name: row.name, sinceMs: row.since.getTime() });
  // Who is expected to be away is neither a member nor counted.
  const [expected, unexpected] = [rows.filter(({ id }) => serviced.has(id)), rows.filter(({ id }) => !serviced.has(id))];
  const grouping = groupOffline(site.total - expected.length, unexpected.map(offlineOf), startMs);
  const single = [...grouping.single, ...expected.map(offlineOf)].map((one) => gatewayAlarm(site, one, null, now));
  if (!grouping.site) return single;
  const { first, members } = grouping.site;
  const group: WantedAlarm = {
    kind: 'site_offline',
    subject: site.id,
    siteId: site.id,
    gatewayId: null,
    jobId: null,
    message: `Most gateways of ${site.code} went offline together; ${first.name} was the first`,
    details: { firstGatewayId: first.gatewayId, firstName: first.name, firstSinceMs: first.sinceMs },
    at: new Date(first.sinceMs),
    groupKey: null,
    ripe: true,
  };
  const groupKey = alarmKey('site_offline', site.id);
  return [group, ...members.map((one) => gatewayAlarm(site, one, groupKey, now)), ...single];
}

function gatewayAlarm(site: Site, one: OfflineGateway, groupKey: string | null, now: Date): WantedAlarm {
  return {
    kind: 'gateway_offline',
    subject: one.gatewayId,
    siteId: site.id,
    gatewayId: one.gatewayId,
    jobId: null,
    message: `${one.name} is offline`,
    details: {},
    at: new Date(one.sinceMs),
    groupKey,
    ripe: groupKey !== null || now.getTime() - one.sinceMs >= OFFLINE_DELAY_MS,
  };
}
