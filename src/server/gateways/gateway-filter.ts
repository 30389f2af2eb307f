/** The filter of the gateway list as SQL; list, count and facets share it. */
import { z } from 'zod';
import { permittedSites } from '#/domain/access/grants';
import { CRANE_KINDS } from '#/domain/sites/crane-kinds';
import type { Actor } from '../access/actor';
import { Prisma } from '../db/client';

export const GATEWAY_STATUSES = ['online', 'offline', 'updating', 'maintenance', 'error'] as const;
export const NETWORK_STATUSES = ['connected', 'degraded', 'disconnected'] as const;

export const gatewayFilterSchema = z.object({
  /** Part of the gateway's or crane's name, or of the serial number. */
  text: z.string().trim().max(100).optional(),
  siteCode: z.string().max(16).optional(),
  status: z.array(z.enum(GATEWAY_STATUSES)).max(5).optional(),
  version: z.string().max(64).optional(),
  hardware: z.string().max(64).optional(),
  kind: z.enum(CRANE_KINDS).optional(),
  network: z.enum(NETWORK_STATUSES).optional(),
  safetyBlocked: z.boolean().optional(),
});
export type GatewayFilter = z.infer<typeof gatewayFilterSchema>;

/** WHERE of aliases g (Gateway), s (Site), c (Crane): what the actor may see, narrowed by the filter. */
export function gatewayWhere(actor: Actor, filter: GatewayFilter): Prisma.Sql {
  const parts: Prisma.Sql[] = [Prisma.sql`TRUE`];
  const sites = permittedSites(actor.grants, 'gateway.read');
  if (sites !== 'all') parts.push(Prisma.sql`g."siteId" = ANY(${sites}::uuid[])`);
  if (actor.gatewayId !== null) parts.push(Prisma.sql`g.id = ${actor.gatewayId}::uuid`);
  if (filter.text) {
    // lower() and LIKE take a third of the time of ILIKE.
    const like = `%${filter.text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    parts.push(Prisma.sql`(lower(g.name) LIKE ${like} OR lower(c.name) LIKE ${like} OR lower(g."serialNumber") LIKE ${like})`);
  }
  if (filter.siteCode) parts.push(Prisma.sql`s.code = ${filter.siteCode}`);
  if (filter.status?.length) parts.push(Prisma.sql`g.status = ANY(${filter.status})`);
  if (filter.version) parts.push(Prisma.sql`g."activeVersion" = ${filter.version}`);
  if (filter.hardware) parts.push(Prisma.sql`g."hardwareRevision" = ${filter.hardware}`);
  if (filter.kind) parts.push(Prisma.sql`c.kind = ${filter.kind}`);
  if (filter.network) parts.push(Prisma.sql`g."networkStatus" = ${filter.network}`);
  if (filter.safetyBlocked !== undefined) parts.push(Prisma.sql`g."safetyBlocked" = ${filter.safetyBlocked}`);
  return Prisma.join(parts, ' AND ');
}

/** FROM that goes with gatewayWhere. */
export const GATEWAY_FROM = Prisma.sql`"Gateway" g JOIN "Site" s ON s.id = g."siteId" JOIN "Crane" c ON c.id = g."craneId" LEFT JOIN "Block" b ON b.id = c."blockId"`;
