import { isAllowed } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../access/actor';
import { type Db, getDb, type Tx } from '../db/client';
import type { OverrideRequest } from '../db/generated/client';

/** The request. Unknown, or out of the actor's sight: NOT_FOUND; no right to act: FORBIDDEN. */
export async function findOverride(
  actor: Actor,
  id: string,
  permission: Permission = 'safety.read',
  db: Db | Tx = getDb(),
): Promise<OverrideRequest> {
  const row = await db.overrideRequest.findUnique({ where: { id } });
  const visible =
    row && isAllowed(actor.grants, 'safety.read', row.siteId) && (actor.gatewayId === null || actor.gatewayId === row.gatewayId);
  if (!row || !visible) throw noOverride(id);
  requirePermission(actor, permission, row.siteId);
  return row;
}

export function noOverride(id: string): DomainError {
  return new DomainError('NOT_FOUND', `There is no override ${id.slice(0, 40)}.`, { override_id: id.slice(0, 40) }, [
    'Look for it in the override register',
  ]);
}
