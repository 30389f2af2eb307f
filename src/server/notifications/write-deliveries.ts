/** One row per channel, in the transaction of what is told: what is committed is sent, whatever falls over in between. */
import type { Topic } from '#/domain/notifications/topics';
import type { GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import type { Prisma, Tx } from '../db/client';
import { readSettings } from '../settings/read-settings';

export type Telling = {
  topic: Topic;
  siteId: string;
  gatewayId: string | null;
  /** Of an alarm; null: news, which a channel has to ask for. */
  priority: number | null;
  /** The gateway's setting that lets it go out; null: it always does. */
  setting: keyof GatewaySettingsBody['notifications'] | null;
  alarmId?: string;
  payload: Record<string, unknown>;
};

/** Returns how many channels will be told. */
export async function writeDeliveries(tx: Tx, telling: Telling): Promise<number> {
  const { topic, siteId, gatewayId, priority, setting } = telling;
  const channels = await tx.notificationChannel.findMany({
    where: {
      enabled: true,
      deletedAt: null,
      OR: [{ siteId: null }, { siteId }],
      ...(priority === null ? { topics: { has: topic } } : { leastPriority: { gte: priority } }),
    },
    select: { id: true },
  });
  if (channels.length === 0) return 0;
  if (setting !== null && gatewayId !== null && !(await readSettings(tx, gatewayId)).body.notifications[setting]) return 0;
  const payload = { type: topic, ...(await placeOf(tx, siteId, gatewayId)), ...telling.payload } as Prisma.InputJsonObject;
  const data = channels.map(({ id }) => ({ channelId: id, alarmId: telling.alarmId ?? null, topic, payload }));
  await tx.notificationDelivery.createMany({ data });
  return channels.length;
}

/** Names for people and programs beside the ids. */
async function placeOf(tx: Tx, siteId: string, gatewayId: string | null): Promise<Record<string, unknown>> {
  const site = await tx.site.findUnique({ where: { id: siteId }, select: { code: true, name: true, timezone: true } });
  const gateway = gatewayId === null ? null : await tx.gateway.findUnique({ where: { id: gatewayId }, select: { id: true, name: true } });
  return { site, gateway };
}
