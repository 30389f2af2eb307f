/** The gateway of an operation of recovery, with what decides whether it can be done. */
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import type { SlotId } from '#/domain/jobs/job-options';
import type { Actor } from '../access/actor';
import type { Db, Tx } from '../db/client';
import { findGateway } from '../gateways/find-gateway';

export type RecoverableGateway = Awaited<ReturnType<typeof recoverableGateway>>;

/** Throws GATEWAY_NOT_FOUND, FORBIDDEN, or NETWORK_UNAVAILABLE for one that has never said what it runs. */
export async function recoverableGateway(db: Db | Tx, actor: Actor, gatewayId: string, permission: Permission) {
  await findGateway(actor, { id: gatewayId }, permission, db);
  const gateway = await db.gateway.findUniqueOrThrow({
    where: { id: gatewayId },
    select: {
      id: true,
      name: true,
      siteId: true,
      craneId: true,
      connected: true,
      activeSlot: true,
      activeVersion: true,
      agentVersion: true,
      restoresFiles: true,
      slots: true,
      vitals: { select: { diskFreeBytes: true } },
      crane: { select: { name: true } },
    },
  });
  const active: SlotId | null = gateway.activeSlot === 'A' || gateway.activeSlot === 'B' ? gateway.activeSlot : null;
  if (active === null) {
    throw new DomainError('NETWORK_UNAVAILABLE', 'The gateway has not reported its partitions yet.', { gateway_id: gateway.id }, [
      'Wait until it has connected once',
    ]);
  }
  const inactive: SlotId = active === 'A' ? 'B' : 'A';
  return { ...gateway, active, inactive };
}

/** An operation writes or boots the other slot, never the running one (OTA_008). */
export function requireInactive(gateway: RecoverableGateway, targetSlot: SlotId): void {
  if (targetSlot === gateway.inactive) return;
  throw new DomainError(
    'INVALID_TARGET_PARTITION',
    `Partition ${targetSlot} is the running one; a snapshot is restored to partition ${gateway.inactive}.`,
    { target_partition: targetSlot, active_partition: gateway.active, inactive_partition: gateway.inactive },
    [`Use partition ${gateway.inactive}`],
  );
}
