import { WAITS_TO_BE_KEPT } from '#/domain/jobs/undecided';
import { type Db, Prisma, type Tx } from '../db/client';

/** Job `j` waits or runs in its maintenance window, which is open. */
const IN_OPEN_WINDOW = Prisma.sql`j."finishedAt" IS NULL AND j.strategy = 'maintenance'
  AND j.state NOT IN ('boot_pending', 'booted_unconfirmed', 'resetting') AND j."scheduledFor" <= now() AND j."windowEndsAt" > now()`;

/**
 * Sets Gateway.status from what is known: connection, active slot, running job and open window (contract: gateway/status).
 * A reboot is 'updating' although the gateway is away; a version that is not healthy and waits for a person is an 'error', one that waits to be kept is not; what is serviced in its window is 'maintenance' until then.
 */
export async function refreshGatewayStatus(tx: Pick<Tx, '$executeRaw'>, gatewayId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Gateway" g SET status = CASE
      WHEN EXISTS (SELECT 1 FROM "Job" j WHERE j."gatewayId" = g.id AND j."finishedAt" IS NULL
        AND j.state IN ('boot_pending', 'booted_unconfirmed', 'resetting') AND j."waitingFor" IS NULL) THEN 'updating'
      WHEN NOT g.connected THEN 'offline'
      WHEN EXISTS (SELECT 1 FROM "Job" j WHERE j."gatewayId" = g.id AND j."finishedAt" IS NULL
        AND j.state = 'booted_unconfirmed' AND j."waitingFor" <> ${WAITS_TO_BE_KEPT}) THEN 'error'
      WHEN EXISTS (SELECT 1 FROM "Slot" s WHERE s."gatewayId" = g.id AND s.id = g."activeSlot" AND s.status = 'failed') THEN 'error'
      WHEN EXISTS (SELECT 1 FROM "Job" j WHERE j."gatewayId" = g.id AND ${IN_OPEN_WINDOW}) THEN 'maintenance'
      WHEN EXISTS (SELECT 1 FROM "Job" j WHERE j."gatewayId" = g.id AND j."finishedAt" IS NULL
        AND (j.state IN ('accepted', 'downloading', 'verifying', 'writing', 'written', 'capturing') OR j.state = 'booted_unconfirmed')) THEN 'updating'
      ELSE 'online' END
    WHERE g.id = ${gatewayId}::uuid`;
}

/** Gateways whose window has opened or closed since their status was set: no event says that. */
export async function gatewaysPastWindowEdge(db: Db): Promise<{ id: string; siteId: string }[]> {
  return db.$queryRaw`
    SELECT g.id, g."siteId" FROM "Gateway" g JOIN "Job" j ON j."gatewayId" = g.id
      WHERE ${IN_OPEN_WINDOW} AND g.status IN ('online', 'updating')
    UNION
    SELECT g.id, g."siteId" FROM "Gateway" g
      WHERE g.status = 'maintenance' AND NOT EXISTS (SELECT 1 FROM "Job" j WHERE j."gatewayId" = g.id AND ${IN_OPEN_WINDOW})
    LIMIT 500`;
}
