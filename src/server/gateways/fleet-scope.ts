import { z } from 'zod';
import { permittedSites } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import type { Actor } from '../access/actor';
import { Prisma } from '../db/client';

export const fleetScopeSchema = z.object({ siteCode: z.string().max(16).optional() });
export type FleetScope = z.infer<typeof fleetScopeSchema>;

/** SQL that keeps rows whose `"siteId"` (of the given alias) the actor may see and the scope names. */
export function siteWhere(actor: Actor, permission: Permission, scope: FleetScope, alias: 'g' | 'j'): Prisma.Sql {
  const column = alias === 'g' ? Prisma.sql`g."siteId"` : Prisma.sql`j."siteId"`;
  const sites = permittedSites(actor.grants, permission);
  const allowed = sites === 'all' ? Prisma.sql`TRUE` : Prisma.sql`${column} = ANY(${sites}::uuid[])`;
  if (!scope.siteCode) return allowed;
  return Prisma.sql`${allowed} AND ${column} = (SELECT id FROM "Site" WHERE code = ${scope.siteCode})`;
}
