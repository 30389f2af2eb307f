import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { type Actor, requirePermission } from './actor';

/** Revokes one of the actor's own tokens at once; revoking it again changes nothing. */
export async function revokeToken(actor: Actor, tokenId: string): Promise<void> {
  requirePermission(actor, 'token.own', null);
  await getDb().$transaction(async (tx) => {
    const token = await tx.apiToken.findFirst({ where: { id: tokenId, userId: actor.id }, select: { name: true, prefix: true } });
    if (!token) throw new DomainError('NOT_FOUND', 'You have no token with this id.');
    const changed = await tx.apiToken.updateMany({ where: { id: tokenId, revokedAt: null }, data: { revokedAt: new Date() } });
    if (changed.count === 1) await recordAudit(tx, actor, { name: 'token.revoked', objectType: 'token', objectId: tokenId, data: token });
  });
}
