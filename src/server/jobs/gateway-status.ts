import type { Tx } from '../db/client';

/** Sets Gateway.status from what is known: connection, active slot and running job (contract: gateway/status). */
export async function refreshGatewayStatus(tx: Pick<Tx, '$executeRaw'>, gatewayId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Gateway" g SET status = CASE
      WHEN EXISTS (SELECT 1 FROM "Job" j WHERE j."gatewayId" = g.id AND j."finishedAt" IS NULL
        AND j.state IN ('boot_pending', 'booted_unconfirmed')) THEN 'updating'
      WHEN NOT g.connected THEN 'offline'
      WHEN EXISTS (SELECT 1 FROM "Slot" s WHERE s."gatewayId" = g.id AND s.id = g."activeSlot" AND s.status = 'failed') THEN 'error'
      WHEN EXISTS (SELECT 1 FROM "Job" j WHERE j."gatewayId" = g.id AND j."finishedAt" IS NULL
        AND j.state IN ('accepted', 'downloading', 'verifying', 'writing', 'written')) THEN 'updating'
      ELSE 'online' END
    WHERE g.id = ${gatewayId}::uuid`;
}
