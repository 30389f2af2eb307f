/**
 * Sends what is due. A row is taken for a while, sent, and settled: who dies in between leaves it to the next one when that while
 * is over, so that everything is sent at least once.
 */
import { emailConfigSchema, webhookConfigSchema } from '#/domain/notifications/channel-config';
import { nextAttemptIn } from '#/domain/notifications/backoff';
import { logger } from '#/server/config/logger';
import { getDb, type Prisma } from '#/server/db/client';
import type { NotificationChannel, NotificationDelivery } from '#/server/db/generated/client';
import { sendEmail } from '#/server/notifications/send-email';
import { sendWebhook } from '#/server/notifications/send-webhook';
import { type Attempt, SEND_TIMEOUT_MS } from '#/server/notifications/sending';
import { unseal } from '#/server/secrets/seal';

/** Longer than an attempt can take. */
export const LEASE_MS = 6 * SEND_TIMEOUT_MS;
const AT_ONCE = 20;

export type SendOptions = { timeoutMs?: number; leaseMs?: number };

/** Takes what is due and sends it. Several controllers share the work. */
export type Sender = {
  /** Returns how many attempts began; it does not wait for their answers, so a receiver that hangs keeps only itself waiting. */
  sendNew(now?: Date): Promise<number>;
  /** When every attempt that has begun is written down. */
  settled(): Promise<void>;
};

export function createSender({ timeoutMs = SEND_TIMEOUT_MS, leaseMs = LEASE_MS }: SendOptions = {}): Sender {
  /** Attempts that run, by channel. */
  const running = new Map<string, Promise<unknown>>();
  return {
    async sendNew(now = new Date()) {
      const taken = Map.groupBy(await takeDue(now, leaseMs, [...running.keys()]), ({ channelId }) => channelId);
      const channels = await getDb().notificationChannel.findMany({ where: { id: { in: [...taken.keys()] } } });
      for (const [channelId, deliveries] of taken) {
        const channel = channels.find(({ id }) => id === channelId);
        const sending = Promise.all(deliveries.map((delivery) => sendOne(channel, delivery, now, timeoutMs)));
        running.set(
          channelId,
          sending
            .catch((error: unknown) => logger.warn({ channelId, reason: (error as Error).message }, 'notifications: not written down'))
            .finally(() => running.delete(channelId)),
        );
      }
      return [...taken.values()].flat().length;
    },
    async settled() {
      await Promise.all(running.values());
    },
  };
}

/** Counts the attempt before it is made: its number tells who has the row now. */
async function takeDue(now: Date, leaseMs: number, busyChannels: string[]): Promise<NotificationDelivery[]> {
  return getDb().$queryRaw<NotificationDelivery[]>`
    UPDATE "NotificationDelivery" d SET attempts = d.attempts + 1, "nextAttemptAt" = ${new Date(now.getTime() + leaseMs)}
    FROM (SELECT id FROM "NotificationDelivery" WHERE state = 'pending' AND "nextAttemptAt" <= ${now} AND "channelId" <> ALL(${busyChannels}::uuid[])
      ORDER BY "nextAttemptAt" LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) due
    WHERE d.id = due.id RETURNING d.*`;
}

async function sendOne(
  channel: NotificationChannel | undefined,
  delivery: NotificationDelivery,
  now: Date,
  timeoutMs: number,
): Promise<void> {
  if (!channel?.enabled || channel.deletedAt !== null) return giveUp(delivery, now);
  await settle(delivery, await attempt(channel, delivery, timeoutMs), now);
}

async function attempt(channel: NotificationChannel, delivery: NotificationDelivery, timeoutMs: number): Promise<Attempt> {
  const message = { ...delivery, payload: delivery.payload as Record<string, unknown> };
  try {
    const secret = channel.sealedSecret === null ? null : await unseal('channel secret', channel.sealedSecret);
    return channel.type === 'email'
      ? await sendEmail(emailConfigSchema.parse(channel.config), secret, message, timeoutMs)
      : await sendWebhook(webhookConfigSchema.parse(channel.config), secret, message, timeoutMs);
  } catch (error) {
    return { ok: false, status: null, latencyMs: 0, error: (error as Error).message.slice(0, 300) };
  }
}

/** Only by the one who has it now: a lease that ran out belongs to someone else. */
async function settle(delivery: NotificationDelivery, { ok, status, latencyMs, error }: Attempt, now: Date): Promise<void> {
  const waitMs = ok ? null : nextAttemptIn(delivery.attempts, Math.random());
  const state = ok ? 'sent' : waitMs === null ? 'dead' : 'pending';
  if (state === 'dead') logger.warn({ deliveryId: delivery.id, status, reason: error }, 'notifications: given up');
  const line = { at: now.toISOString(), status, latencyMs, error };
  await getDb().notificationDelivery.updateMany({
    where: { id: delivery.id, state: 'pending', attempts: delivery.attempts },
    data: {
      state,
      responseStatus: status,
      latencyMs,
      lastError: error,
      log: [...(delivery.log as Prisma.JsonArray), line],
      ...(waitMs === null ? { settledAt: new Date() } : { nextAttemptAt: new Date(now.getTime() + waitMs) }),
    },
  });
}

async function giveUp({ id }: NotificationDelivery, now: Date): Promise<void> {
  const data = { state: 'dead', settledAt: now, lastError: 'the channel was switched off before it was sent' };
  await getDb().notificationDelivery.updateMany({ where: { id, state: 'pending' }, data });
}
