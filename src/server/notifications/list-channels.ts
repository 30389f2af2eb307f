import { z } from 'zod';
import { permittedSites } from '#/domain/access/grants';
import { emailConfigSchema, webhookConfigSchema } from '#/domain/notifications/channel-config';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { findChannel } from './find-channel';

export type ChannelRow = {
  id: string;
  name: string;
  type: string;
  enabled: boolean;
  /** Address or addresses, for people. */
  target: string;
  siteCode: string | null;
  leastPriority: number;
  topics: string[];
  pending: number;
  dead: number;
  lastSentAt: Date | null;
};

/** Channels that the actor may manage. Secrets never leave the server. */
export async function listChannels(actor: Actor): Promise<ChannelRow[]> {
  const sites = permittedSites(actor.grants, 'channel.manage');
  const channels = await getDb().notificationChannel.findMany({
    where: { deletedAt: null, ...(sites === 'all' ? {} : { siteId: { in: sites } }) },
    orderBy: { name: 'asc' },
    include: { _count: { select: { deliveries: { where: { state: 'dead' } } } } },
  });
  const codes = new Map((await getDb().site.findMany({ select: { id: true, code: true } })).map(({ id, code }) => [id, code]));
  return Promise.all(
    channels.map(async ({ id, name, type, enabled, config, siteId, leastPriority, topics, _count }) => ({
      id,
      name,
      type,
      enabled,
      target: targetOf(type, config),
      siteCode: siteId === null ? null : (codes.get(siteId) ?? null),
      leastPriority,
      topics,
      pending: await getDb().notificationDelivery.count({ where: { channelId: id, state: 'pending' } }),
      dead: _count.deliveries,
      lastSentAt: (await getDb().notificationDelivery.aggregate({ where: { channelId: id, state: 'sent' }, _max: { settledAt: true } }))
        ._max.settledAt,
    })),
  );
}

function targetOf(type: string, config: unknown): string {
  const parsed = type === 'email' ? emailConfigSchema.safeParse(config) : webhookConfigSchema.safeParse(config);
  if (!parsed.success) return 'unreadable';
  return 'url' in parsed.data ? parsed.data.url : parsed.data.to.join(', ');
}

export const browseDeliveriesSchema = z.object({
  channelId: z.uuid(),
  limit: z.number().int().min(1).max(100).default(50),
  cursor: z.object({ at: z.date(), id: z.uuid() }).nullish(),
});

export type DeliveryRow = {
  id: string;
  topic: string;
  state: string;
  attempts: number;
  createdAt: Date;
  settledAt: Date | null;
  nextAttemptAt: Date;
  responseStatus: number | null;
  latencyMs: number | null;
  lastError: string | null;
  /** Of each attempt, oldest first. */
  log: { at: string; status: number | null; latencyMs: number; error: string | null }[];
};

/** The delivery log of a channel, newest first. */
export async function browseDeliveries(
  actor: Actor,
  { channelId, limit, cursor }: z.infer<typeof browseDeliveriesSchema>,
): Promise<{ rows: DeliveryRow[]; nextCursor: { at: Date; id: string } | null }> {
  await findChannel(getDb(), actor, channelId);
  const rows = await getDb().notificationDelivery.findMany({
    where: {
      channelId,
      ...(cursor ? { OR: [{ createdAt: { lt: cursor.at } }, { createdAt: cursor.at, id: { gt: cursor.id } }] } : {}),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: limit + 1,
    omit: { payload: true, channelId: true, alarmId: true },
  });
  const page = rows.slice(0, limit).map((row) => ({ ...row, log: row.log as DeliveryRow['log'] }));
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last ? { at: last.createdAt, id: last.id } : null };
}
