import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { type Actor, requirePermission } from './actor';
import { requireEverywhere } from './require-everywhere';

/** Revokes one of the actor's own tokens at once; revoking it again changes nothing. */
export async function revokeToken(actor: Actor, tokenId: string): Promise<void> {
  requirePermission(actor, 'token.own', null);
  await revoke(actor, { id: tokenId, userId: actor.id }, 'You have no token with this id.');
}

/** Revokes anyone's token, for someone who manages users. */
export async function revokeAnyToken(actor: Actor, tokenId: string): Promise<void> {
  requireEverywhere(actor, 'user.manage');
  await revoke(actor, { id: tokenId }, 'There is no token with this id.');
}

async function revoke(actor: Actor, where: { id: string; userId?: string }, unknown: string): Promise<void> {
  await getDb().$transaction(async (tx) => {
    const token = await tx.apiToken.findFirst({ where, select: { name: true, prefix: true } });
    if (!token) throw new DomainError('NOT_FOUND', unknown);
    const changed = await tx.apiToken.updateMany({ where: { id: where.id, revokedAt: null }, data: { revokedAt: new Date() } });
    if (changed.count === 1) await recordAudit(tx, actor, { name: 'token.revoked', objectType: 'token', objectId: where.id, data: token });
  });
}
