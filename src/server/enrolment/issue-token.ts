import { createHash, randomBytes } from 'node:crypto';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';

const DEFAULT_TTL_MS = 24 * 3_600_000;

/** SHA-256 as hex; what EnrolmentToken.tokenHash holds. */
export function hashEnrolmentToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A one-time token for a gateway; shown once. A new one voids the unused ones of that gateway. */
export async function issueEnrolmentToken(
  actor: Actor,
  input: { gatewayId: string; ttlMs?: number },
): Promise<{ token: string; expiresAt: Date }> {
  const token = `fle_${randomBytes(32).toString('base64url')}`;
  const expiresAt = new Date(Date.now() + (input.ttlMs ?? DEFAULT_TTL_MS));
  await getDb().$transaction(async (tx) => {
    const gateway = await tx.gateway.findUnique({ where: { id: input.gatewayId }, select: { id: true, siteId: true } });
    if (!gateway) throw new DomainError('GATEWAY_NOT_FOUND', 'There is no such gateway.', { gateway_id: input.gatewayId });
    requirePermission(actor, 'gateway.enroll', gateway.siteId);
    await tx.enrolmentToken.updateMany({ where: { gatewayId: gateway.id, usedAt: null }, data: { expiresAt: new Date() } });
    await tx.enrolmentToken.create({
      data: {
        tokenHash: hashEnrolmentToken(token),
        gatewayId: gateway.id,
        createdBy: actor.type === 'system' ? null : actor.id,
        expiresAt,
      },
    });
    await recordAudit(tx, actor, {
      name: 'gateway.enrolment_issued',
      objectType: 'gateway',
      objectId: gateway.id,
      siteId: gateway.siteId,
      data: { expiresAt: expiresAt.toISOString() },
    });
  });
  return { token, expiresAt };
}
