/** Changing, removing and trying out a channel. */
import type { z } from 'zod';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import type { changeChannelSchema } from './channel-input';
import { findChannel } from './find-channel';

export async function changeChannel(actor: Actor, { channelId, ...changes }: z.infer<typeof changeChannelSchema>): Promise<void> {
  await getDb().$transaction(async (tx) => {
    const { id, name, siteId } = await findChannel(tx, actor, channelId);
    const data = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    await tx.notificationChannel.update({ where: { id }, data });
    const event = { objectType: 'channel', objectId: id, siteId, data: { name, fields: Object.keys(data) } } as const;
    await recordAudit(tx, actor, { name: 'channel.changed', ...event });
  });
}

/** The row stays for its delivery log, under another name and without its secret. */
export async function deleteChannel(actor: Actor, channelId: string): Promise<void> {
  await getDb().$transaction(async (tx) => {
    const { id, name, siteId } = await findChannel(tx, actor, channelId);
    const data = { deletedAt: new Date(), enabled: false, sealedSecret: null, name: `${name} (removed ${id})` };
    await tx.notificationChannel.update({ where: { id }, data });
    await recordAudit(tx, actor, { name: 'channel.deleted', objectType: 'channel', objectId: id, siteId, data: { name } });
  });
}

/** Writes a test message; the delivery log tells what came of it. */
export async function testChannel(actor: Actor, channelId: string): Promise<{ deliveryId: string }> {
  return getDb().$transaction(async (tx) => {
    const { id, name, siteId } = await findChannel(tx, actor, channelId);
    const payload = {
      type: 'channel.test',
      at: new Date().toISOString(),
      message: `Test message of the channel ${name}, asked for by ${actor.name}`,
    };
    const delivery = await tx.notificationDelivery.create({
      data: { channelId: id, topic: 'channel.test', payload },
      select: { id: true },
    });
    await recordAudit(tx, actor, { name: 'channel.tested', objectType: 'channel', objectId: id, siteId, data: { name } });
    return { deliveryId: delivery.id };
  });
}
