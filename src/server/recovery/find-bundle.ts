import { isAllowed } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../access/actor';
import { type Db, getDb, type Tx } from '../db/client';

/** The bundle; NOT_FOUND for one that the actor may not see, FORBIDDEN without the permission. */
export async function findBundle(actor: Actor, bundleId: string, permission: Permission, db: Db | Tx = getDb()) {
  const row = await db.debugBundle.findUnique({ where: { id: bundleId } });
  const visible =
    row && isAllowed(actor.grants, 'gateway.read', row.siteId) && (actor.gatewayId === null || actor.gatewayId === row.gatewayId);
  if (!row || !visible) {
    throw new DomainError('NOT_FOUND', `There is no bundle ${bundleId.slice(0, 40)}.`, { bundle_id: bundleId.slice(0, 40) }, ['Order one']);
  }
  requirePermission(actor, permission, row.siteId);
  return row;
}
