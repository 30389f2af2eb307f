import { isAllowed } from '#/domain/access/grants';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import type { Tx } from '../db/client';
import type { NotificationChannel } from '../db/generated/client';

/** A channel of every site needs the right everywhere. */
export function requireChannelRight(actor: Actor, siteId: string | null): void {
  if (siteId === null) requireEverywhere(actor, 'channel.manage');
  else requirePermission(actor, 'channel.manage', siteId);
}

/** The channel that the actor may manage. */
export async function findChannel(tx: Tx, actor: Actor, id: string): Promise<NotificationChannel> {
  const channel = await tx.notificationChannel.findFirst({ where: { id, deletedAt: null } });
  if (!channel || (channel.siteId !== null && !isAllowed(actor.grants, 'channel.manage', channel.siteId)))
    throw new DomainError('NOT_FOUND', 'There is no such channel.');
  requireChannelRight(actor, channel.siteId);
  return channel;
}
