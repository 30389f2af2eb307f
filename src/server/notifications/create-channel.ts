import { randomBytes } from 'node:crypto';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getEnv } from '../config/env';
import { getDb } from '../db/client';
import { seal } from '../secrets/seal';
import { type ChannelInput, createChannelSchema } from './channel-input';
import { requireChannelRight } from './find-channel';
import { checkedAddresses } from './refused-address';

/** Makes a channel. The signing secret of a webhook is in this answer only; at rest it is sealed. */
export async function createChannel(actor: Actor, input: ChannelInput): Promise<{ channelId: string; secret: string | null }> {
  const { type, name, siteCode, leastPriority, topics, config, secret: given } = createChannelSchema.parse(input);
  const site = siteCode === null ? null : await getDb().site.findUnique({ where: { code: siteCode }, select: { id: true } });
  if (siteCode !== null && !site) throw new DomainError('NOT_FOUND', `There is no site ${siteCode}.`);
  requireChannelRight(actor, site?.id ?? null);
  if (type === 'webhook') await requireCallable(config.url);
  const secret = type === 'webhook' ? (given ?? `whs_${randomBytes(24).toString('base64url')}`) : given;
  const sealedSecret = secret === null ? null : await seal('channel secret', secret);
  try {
    return await getDb().$transaction(async (tx) => {
      const data = { type, name, siteId: site?.id ?? null, leastPriority, topics, config, sealedSecret, createdBy: actor.name };
      const { id } = await tx.notificationChannel.create({ data, select: { id: true } });
      const event = { objectType: 'channel', objectId: id, siteId: site?.id ?? null, data: { name, type } } as const;
      await recordAudit(tx, actor, { name: 'channel.created', ...event });
      return { channelId: id, secret: type === 'webhook' && given === null ? secret : null };
    });
  } catch (error) {
    if ((error as { code?: string }).code !== 'P2002') throw error;
    throw new DomainError('CONFLICT', `There is a channel ${name} already.`);
  }
}

/** Early and in words; it is checked again at every sending, for a name may lead elsewhere by then. */
async function requireCallable(address: string): Promise<void> {
  const { hostname, username } = new URL(address);
  const refuse = (message: string) =>
    new DomainError('VALIDATION_FAILED', message, { fields: [{ path: 'config.url', message }] }, ['Give an address that others can reach']);
  if (username !== '') throw refuse('Leave user and password out of the address: messages are signed instead.');
  await checkedAddresses(hostname, getEnv().WEBHOOK_ALLOW_PRIVATE).catch((error: Error & { code?: string }) => {
    // A name that is not known yet may be known tomorrow.
    if (error.code === undefined) throw refuse(error.message);
  });
}
