import { z } from 'zod';
import { ROLES } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { type Actor, requirePermission } from './actor';
import { lockUser } from './find-user';
import { requireEverywhere } from './require-everywhere';
import { generateToken } from './token-secret';

const DAY_MS = 86_400_000;

export const createTokenSchema = z.object({
  name: z.string().trim().min(1, 'Give the token a name').max(100),
  /** Caps the person's rights at this role; null: the person's own roles. */
  role: z.enum(ROLES).nullable().default(null),
  /** Binds the token to one gateway. */
  gatewayId: z.uuid().nullable().default(null),
  /** Null: until it is revoked. */
  expiresInDays: z.number().int().min(1).max(3650).nullable().default(90),
});

export type CreatedToken = { tokenId: string; token: string; prefix: string };

/** Creates a token of the actor. The returned `token` is not kept: only its hash is. */
export async function createToken(actor: Actor, input: z.input<typeof createTokenSchema>): Promise<CreatedToken> {
  requirePermission(actor, 'token.own', null);
  // A token could otherwise make one that outlives it or may more than it.
  if (actor.type === 'token') throw new DomainError('FORBIDDEN', 'A token cannot create tokens. Sign in to do this.');
  return insertToken(actor, actor.id, input);
}

/** Creates a token of another person, by someone who manages users. It may never do more than its owner. */
export async function createTokenFor(actor: Actor, email: string, input: z.input<typeof createTokenSchema>): Promise<CreatedToken> {
  requireEverywhere(actor, 'user.manage');
  if (actor.type === 'token') throw new DomainError('FORBIDDEN', 'A token cannot create tokens. Sign in to do this.');
  const owner = await getDb().$transaction((tx) => lockUser(tx, email));
  return insertToken(actor, owner.id, input);
}

async function insertToken(actor: Actor, userId: string, input: z.input<typeof createTokenSchema>): Promise<CreatedToken> {
  const { name, role, gatewayId, expiresInDays } = createTokenSchema.parse(input);
  const { token, tokenHash, prefix } = generateToken();
  const row = await getDb().$transaction(async (tx) => {
    if (gatewayId !== null) {
      const gateway = await tx.gateway.findUnique({ where: { id: gatewayId }, select: { siteId: true } });
      if (!gateway) throw new DomainError('GATEWAY_NOT_FOUND', 'This gateway does not exist.');
      requirePermission(actor, 'gateway.read', gateway.siteId);
    }
    const created = await tx.apiToken.create({
      data: {
        userId,
        name,
        prefix,
        tokenHash,
        role,
        gatewayId,
        expiresAt: expiresInDays === null ? null : new Date(Date.now() + expiresInDays * DAY_MS),
      },
      select: { id: true },
    });
    await recordAudit(tx, actor, { name: 'token.created', objectType: 'token', objectId: created.id, data: { name, prefix, gatewayId } });
    return created;
  });
  return { tokenId: row.id, token, prefix };
}
