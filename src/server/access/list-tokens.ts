import { getDb } from '../db/client';
import { type Actor, requirePermission } from './actor';

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
  const rows = await getDb().apiToken.findMany({
    where: { userId: actor.id },
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
