import { permittedSites } from '#/domain/access/grants';
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';

export type Facet = { value: string; count: number };
export type GatewayFacets = { versions: Facet[]; hardware: Facet[] };

/** The versions and hardware revisions in the fleet with how many gateways have each: choices of the list's filter. */
export async function gatewayFacets(actor: Actor): Promise<GatewayFacets> {
  const sites = permittedSites(actor.grants, 'gateway.read');
  const where = sites === 'all' ? Prisma.sql`TRUE` : Prisma.sql`"siteId" = ANY(${sites}::uuid[])`;
  const db = getDb();
  const [versions, hardware] = await Promise.all([
    db.$queryRaw<Facet[]>`
      SELECT "activeVersion" AS value, count(*)::int AS count FROM "Gateway"
      WHERE ${where} AND "activeVersion" IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 200`,
    db.$queryRaw<Facet[]>`
      SELECT "hardwareRevision" AS value, count(*)::int AS count FROM "Gateway" WHERE ${where} GROUP BY 1 ORDER BY 1 LIMIT 100`,
  ]);
  return { versions, hardware };
}
