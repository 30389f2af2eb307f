/** Whether the other slot holds a version that has booted and proved its health there: only such a one is gone back to. */
import { DomainError } from '#/domain/errors/domain-error';
import type { SlotId } from '#/domain/jobs/job-options';
import type { Db, Tx } from '../db/client';
import type { RecoverableGateway } from './recoverable-gateway';

export type ProvenSlot = { slot: SlotId; version: string };
export type SlotJudgement = { proven: ProvenSlot; why: null } | { proven: null; why: string };

type JudgedGateway = {
  id: string;
  inactive: SlotId;
  slots: readonly { id: string; version: string | null; status: string }[];
};

/** The other slot, or why it cannot be gone back to. */
export async function judgeOtherSlot(db: Db | Tx, gateway: JudgedGateway): Promise<SlotJudgement> {
  const slot = gateway.slots.find((one) => one.id === gateway.inactive);
  const name = `partition ${gateway.inactive}`;
  if (!slot || slot.version === null || slot.status === 'empty') return { proven: null, why: `${name} is empty` };
  if (slot.status === 'writing') return { proven: null, why: `${name} is being written` };
  if (slot.status !== 'ready') return { proven: null, why: `${name} is ${slot.status}` };
  const proof = await wasProven(db, gateway.id, gateway.inactive, slot.version);
  if (!proof) return { proven: null, why: `${slot.version} on ${name} has never proved its health there` };
  return { proven: { slot: gateway.inactive, version: slot.version }, why: null };
}

/** ROLLBACK_NOT_AVAILABLE (OTA_012) unless the named slot is the other one and is proven. */
export async function requireProven(db: Db | Tx, gateway: RecoverableGateway, wanted: SlotId | null): Promise<ProvenSlot> {
  if (wanted !== null && wanted === gateway.active) throw notAvailable(gateway, `partition ${wanted} is running already`);
  const { proven, why } = await judgeOtherSlot(db, gateway);
  if (proven === null) throw notAvailable(gateway, why);
  return proven;
}

function notAvailable(gateway: RecoverableGateway, why: string): DomainError {
  const slot = gateway.slots.find((one) => one.id === gateway.inactive);
  return new DomainError(
    'ROLLBACK_NOT_AVAILABLE',
    `A rollback is not possible: ${why}.`,
    {
      reason: why,
      active_partition: gateway.active,
      inactive_partition: gateway.inactive,
      inactive_version: slot?.version ?? null,
      inactive_status: slot?.status ?? null,
    },
    ['Restore a snapshot', 'Install a version instead'],
  );
}

/** It was confirmed there, or something was ordered while it ran from there; and nothing has been written there since. */
async function wasProven(db: Db | Tx, gatewayId: string, slot: SlotId, version: string): Promise<boolean> {
  const [row] = await db.$queryRaw<{ proven: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM "Job" e WHERE e."gatewayId" = ${gatewayId}::uuid AND e.operation IN ('update', 'rollback', 'restore')
        AND ((e.state = 'confirmed' AND e."targetSlot" = ${slot} AND e."toVersion" = ${version})
          OR (e."fromVersion" = ${version} AND e."targetSlot" <> ${slot} AND e."startedAt" IS NOT NULL))
        AND NOT EXISTS (
          SELECT 1 FROM "JobEvent" w JOIN "Job" j ON j.id = w."jobId"
          WHERE j."gatewayId" = ${gatewayId}::uuid AND j."targetSlot" = ${slot} AND j.operation <> 'restore_files' AND w.state = 'writing' AND w.id > COALESCE((
            SELECT CASE WHEN e."targetSlot" = ${slot} THEN max(o.id) ELSE min(o.id) END FROM "JobEvent" o WHERE o."jobId" = e.id), 0))
    ) AS proven`;
  return row?.proven === true;
}
