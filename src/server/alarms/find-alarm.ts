import { isAllowed } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../access/actor';
import type { Tx } from '../db/client';
import type { Alarm } from '../db/generated/client';
import { lockAlarm } from './alarm-row';

/** The alarm, locked. Unknown or out of the actor's sight: NOT_FOUND; no right to act: FORBIDDEN. */
export async function findAlarm(tx: Tx, actor: Actor, id: string, permission: Permission): Promise<Alarm> {
  const alarm = await lockAlarm(tx, id);
  const visible =
    alarm && isAllowed(actor.grants, 'alarm.read', alarm.siteId) && (actor.gatewayId === null || actor.gatewayId === alarm.gatewayId);
  if (!alarm || !visible) throw new DomainError('NOT_FOUND', 'There is no such alarm, or you may not see it.');
  requirePermission(actor, permission, alarm.siteId);
  return alarm;
}
