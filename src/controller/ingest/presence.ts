/** Who is connected: last will and greeting of each gateway, debounced, so that a short drop is no news. */
import { logger } from '#/server/config/logger';
import { getDb, type Tx } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { refreshGatewayStatus } from '#/server/jobs/gateway-status';
import { appendStreamEvent } from '#/server/live/append-stream-event';

export const OFFLINE_DEBOUNCE_MS = 5000;

export type PresenceKeeper = { add(gatewayId: string, online: boolean): void; stop(): void };

export function createPresenceKeeper(debounceMs = OFFLINE_DEBOUNCE_MS): PresenceKeeper {
  const leaving = new Map<string, NodeJS.Timeout>();
  const settle = (gatewayId: string, online: boolean) => {
    leaving.delete(gatewayId);
    setConnected(gatewayId, online).catch((error: unknown) => {
      logger.warn({ gatewayId, reason: (error as Error).message }, 'presence: not written, will try again');
      leaving.set(
        gatewayId,
        setTimeout(() => settle(gatewayId, online), debounceMs),
      );
    });
  };
  return {
    add(gatewayId, online) {
      clearTimeout(leaving.get(gatewayId));
      if (online) settle(gatewayId, true);
      else
        leaving.set(
          gatewayId,
          setTimeout(() => settle(gatewayId, false), debounceMs),
        );
    },
    stop() {
      for (const timer of leaving.values()) clearTimeout(timer);
    },
  };
}

/** Compare-and-set: of several controllers one writes it. True when it changed. */
export async function setConnected(gatewayId: string, online: boolean): Promise<boolean> {
  return getDb().$transaction(async (tx) => {
    const now = new Date();
    const { count } = await tx.gateway.updateMany({
      where: { id: gatewayId, connected: !online },
      data: online
        ? { connected: true, connectedAt: now, lastSeenAt: now, networkStatus: 'connected' }
        : { connected: false, disconnectedAt: now, networkStatus: 'disconnected', safetyBlocked: true },
    });
    if (count === 1) await tellPresence(tx, gatewayId, online);
    return count === 1;
  });
}

async function tellPresence(tx: Tx, gatewayId: string, online: boolean): Promise<void> {
  await refreshGatewayStatus(tx, gatewayId);
  const { siteId, name, status } = await tx.gateway.findUniqueOrThrow({
    where: { id: gatewayId },
    select: { siteId: true, name: true, status: true },
  });
  const message = online ? `${name} is online` : `${name} is offline`;
  await appendStreamEvent(tx, {
    gatewayId,
    siteId,
    type: 'status_change',
    payload: { system_status: status, message, severity: online ? 'info' : 'warning' },
  });
  await hint(tx, { kind: 'gateway', gatewayId, siteId });
  if (online) await hint(tx, { kind: 'outbox', gatewayId });
}
