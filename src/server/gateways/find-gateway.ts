import { isAllowed } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../access/actor';
import { type Db, getDb, type Tx } from '../db/client';

export type FoundGateway = { id: string; name: string; siteId: string };

/** The gateway by id or plant name. Unknown, or out of the actor's sight: GATEWAY_NOT_FOUND; no right to act: FORBIDDEN. */
export async function findGateway(
  actor: Actor,
  by: { id: string } | { name: string },
  permission: Permission = 'gateway.read',
  db: Db | Tx = getDb(),
): Promise<FoundGateway> {
  const gateway = await db.gateway.findUnique({ where: by, select: { id: true, name: true, siteId: true } });
  // What the actor may not see does not exist for it.
  const visible =
    gateway && isAllowed(actor.grants, 'gateway.read', gateway.siteId) && (actor.gatewayId === null || actor.gatewayId === gateway.id);
  if (!gateway || !visible) {
    throw new DomainError(
      'GATEWAY_NOT_FOUND',
      'There is no such gateway, or you may not see it.',
      'id' in by ? { gateway_id: by.id } : {},
      ['Look for it in the list of gateways'],
    );
  }
  requirePermission(actor, permission, gateway.siteId);
  return gateway;
}
