import { getDb } from '../db/client';
import { type Actor, requirePermission } from './actor';
import { lockUser } from './find-user';
import { requireEverywhere } from './require-everywhere';

export type TokenSummary = {
  id: string;
  name: string;
  prefix: string;
  role: string | null;
  gatewayName: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

/** The actor's own tokens, newest first; never the token itself. */
export async function listTokens(actor: Actor): Promise<TokenSummary[]> {
  requirePermission(actor, 'token.own', null);
  return readTokens(actor.id);
}

/** Another person's tokens, for someone who manages users. */
export async function listTokensOf(actor: Actor, email: string): Promise<TokenSummary[]> {
  requireEverywhere(actor, 'user.manage');
  const owner = await getDb().$transaction((tx) => lockUser(tx, email));
  return readTokens(owner.id);
}

async function readTokens(userId: string): Promise<TokenSummary[]> {
  const rows = await getDb().apiToken.findMany({
    where: { userId },
    orderBy: { createdAt: 'desc' },
    take: 200,
    select: {
      id: true,
      name: true,
      prefix: true,
      role: true,
      createdAt: true,
      expiresAt: true,
      lastUsedAt: true,
      revokedAt: true,
      gateway: { select: { name: true } },
    },
  });
  return rows.map(({ gateway, ...row }) => ({ ...row, gatewayName: gateway?.name ?? null }));
}
