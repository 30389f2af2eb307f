import { isAllowed } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../access/actor';
import { type Db, getDb, type Tx } from '../db/client';

/** The snapshot; NOT_FOUND for one that the actor may not see, that is of another gateway than the named one, or that is gone. */
export async function findSnapshot(
  actor: Actor,
  of: { snapshotId: string; gatewayId?: string },
  permission: Permission,
  db: Db | Tx = getDb(),
) {
  const row = await db.snapshot.findUnique({ where: { id: of.snapshotId } });
  const visible =
    row &&
    isAllowed(actor.grants, 'gateway.read', row.siteId) &&
    (actor.gatewayId === null || actor.gatewayId === row.gatewayId) &&
    (of.gatewayId === undefined || of.gatewayId === row.gatewayId);
  if (!row || !visible) {
    throw new DomainError('NOT_FOUND', `There is no snapshot ${of.snapshotId.slice(0, 40)} of this gateway.`, {
      snapshot_id: of.snapshotId.slice(0, 40),
    });
  }
  requirePermission(actor, permission, row.siteId);
  return row;
}
