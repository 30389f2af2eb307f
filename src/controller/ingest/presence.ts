/** Who is connected: last will and greeting of each gateway, debounced, so that a short drop is no news. */
import { logger } from '#/server/config/logger';
import { getDb, getPool, type Tx } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { refreshGatewayStatus } from '#/server/jobs/gateway-status';
import { appendStreamEvent } from '#/server/live/append-stream-event';

export const OFFLINE_DEBOUNCE_MS = 5000;
const RETRY_MS = 1000;
/** A greeting is written at once, but those of a whole fleet (a controller that starts) in one go. */
const GATHER_MS = 20;

type Wish = { online: boolean; dueAtMs: number };
export type PresenceKeeper = { add(gatewayId: string, online: boolean): void; stop(): Promise<void> };

export function createPresenceKeeper(debounceMs = OFFLINE_DEBOUNCE_MS): PresenceKeeper {
  /** The newest word of each gateway that is not written yet. */
  const wishes = new Map<string, Wish>();
  let timer: NodeJS.Timeout | null = null;
  let timerAtMs = 0;
  let running: Promise<void> | null = null;
  let stopped = false;

  const plan = (atMs: number) => {
    if (stopped || running !== null || (timer !== null && timerAtMs <= atMs)) return;
    if (timer) clearTimeout(timer);
    timerAtMs = atMs;
    timer = setTimeout(work, Math.max(0, atMs - Date.now()));
  };
  const work = () => {
    timer = null;
    const due = [...wishes].filter(([, wish]) => wish.dueAtMs <= Date.now());
    running = settle(due).finally(() => {
      running = null;
      if (wishes.size > 0) plan(Math.min(...[...wishes.values()].map((wish) => wish.dueAtMs)));
    });
  };
  const settle = async (due: [string, Wish][]) => {
    try {
      const changed = await changedOnes(due.map(([id, { online }]) => ({ id, online })));
      for (const [id, wish] of due) {
        // A newer word has come meanwhile: that one counts.
        if (stopped || wishes.get(id) !== wish) continue;
        if (changed.has(id)) await setConnected(id, wish.online);
        if (wishes.get(id) === wish) wishes.delete(id);
      }
    } catch (error) {
      logger.warn({ waiting: wishes.size, reason: (error as Error).message.slice(0, 300) }, 'presence: not written, will try again');
      for (const [id, wish] of due) if (wishes.get(id) === wish) wish.dueAtMs = Date.now() + RETRY_MS;
    }
  };

  return {
    add(gatewayId, online) {
      const wish = { online, dueAtMs: Date.now() + (online ? GATHER_MS : debounceMs) };
      wishes.set(gatewayId, wish);
      plan(wish.dueAtMs);
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}

/** Those whose row says otherwise. */
async function changedOnes(wishes: readonly { id: string; online: boolean }[]): Promise<ReadonlySet<string>> {
  const { rows } = await getPool().query<{ id: string }>(
    'SELECT g.id FROM "Gateway" g JOIN UNNEST($1::uuid[], $2::boolean[]) AS w(id, online) ON w.id = g.id WHERE g.connected <> w.online',
    [wishes.map((one) => one.id), wishes.map((one) => one.online)],
  );
  return new Set(rows.map((row) => row.id));
}

/** Compare-and-set: of several controllers one writes it. True when it changed. `unheardSince`: only if it was silent since then. */
export async function setConnected(gatewayId: string, online: boolean, unheardSince?: Date): Promise<boolean> {
  const silent = unheardSince ? { OR: [{ lastSeenAt: null }, { lastSeenAt: { lt: unheardSince } }] } : {};
  return getDb().$transaction(async (tx) => {
    const now = new Date();
    const { count } = await tx.gateway.updateMany({
      where: { id: gatewayId, connected: !online, ...silent },
      data: online
        ? { connected: true, connectedAt: now, lastSeenAt: now, networkStatus: 'connected' }
        : { connected: false, disconnectedAt: now, networkStatus: 'disconnected', safetyBlocked: true },
    });
    // What it said last says nothing about now: on the board it is offline, and nothing else.
    if (count === 1 && !online) await tx.safetyBlock.deleteMany({ where: { gatewayId } });
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
