/** The actor of an API token: rights of its person, capped at the token's role, bound to its gateway. */
import { capGrants } from '#/domain/access/grants';
import { isRole } from '#/domain/access/roles';
import { logger } from '../config/logger';
import { getDb } from '../db/client';
import type { Actor } from './actor';
import { hashToken } from './token-secret';

/** `lastUsedAt` is for people: once a minute is exact enough, and spares a write per request. */
const USED_RESOLUTION_MS = 60_000;
const MAX_TOKEN_LENGTH = 200;

/** Null for a token that is unknown, revoked or expired, or whose person is disabled. */
export async function actorFromToken(token: string, origin: { ip: string | null; requestId: string | null }): Promise<Actor | null> {
  if (token.length === 0 || token.length > MAX_TOKEN_LENGTH) return null;
  const row = await getDb().apiToken.findUnique({
    where: { tokenHash: hashToken(token) },
    select: {
      id: true,
      role: true,
      gatewayId: true,
      expiresAt: true,
      revokedAt: true,
      lastUsedAt: true,
      user: { select: { id: true, email: true, disabledAt: true, roles: { select: { role: true, siteId: true } } } },
    },
  });
  const now = new Date();
  if (!row || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= now) || row.user.disabledAt !== null) return null;
  // A role that this version does not know caps at nothing.
  if (row.role !== null && !isRole(row.role)) return null;
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() >= USED_RESOLUTION_MS) await noteUse(row.id, now);
  const own = row.user.roles.flatMap(({ role, siteId }) => (isRole(role) ? [{ role, siteId }] : []));
  return {
    type: 'token',
    id: row.user.id,
    name: row.user.email,
    grants: capGrants(own, row.role),
    gatewayId: row.gatewayId,
    tokenId: row.id,
    ...origin,
  };
}

async function noteUse(tokenId: string, now: Date): Promise<void> {
  const before = new Date(now.getTime() - USED_RESOLUTION_MS);
  await getDb()
    .apiToken.updateMany({
      where: { id: tokenId, OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: before } }] },
      data: { lastUsedAt: now },
    })
    .catch((error: unknown) => logger.warn({ reason: (error as Error).message }, 'the use of a token was not noted'));
}
