/** One alarm's history and who was told of it. */
import { isAllowed } from '#/domain/access/grants';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';

export type AlarmHistory = {
  events: { id: string; at: Date; event: string; state: string; actor: string; message: string }[];
  deliveries: { id: string; channel: string; topic: string; state: string; attempts: number; createdAt: Date; settledAt: Date | null }[];
};

export async function readAlarmHistory(actor: Actor, alarmId: string): Promise<AlarmHistory> {
  const alarm = await getDb().alarm.findUnique({
    where: { id: alarmId },
    select: {
      siteId: true,
      gatewayId: true,
      events: { orderBy: { id: 'desc' }, take: 100 },
      deliveries: { orderBy: { createdAt: 'desc' }, take: 50, include: { channel: { select: { name: true } } } },
    },
  });
  const visible =
    alarm && isAllowed(actor.grants, 'alarm.read', alarm.siteId) && (actor.gatewayId === null || actor.gatewayId === alarm.gatewayId);
  if (!alarm || !visible) throw new DomainError('NOT_FOUND', 'There is no such alarm, or you may not see it.');
  return {
    events: alarm.events.map(({ id, at, event, state, actor: who, message }) => ({
      id: String(id),
      at,
      event,
      state,
      actor: who,
      message,
    })),
    deliveries: alarm.deliveries.map(({ id, channel, topic, state, attempts, createdAt, settledAt }) => {
      return { id, channel: channel.name, topic, state, attempts, createdAt, settledAt };
    }),
  };
}
