/** The browser session: an encrypted JWT in a cookie, checked against the person's row on every request. */
import { decode } from 'next-auth/jwt';
import { isRole } from '#/domain/access/roles';
import { getDb } from '../db/client';
import type { Actor } from './actor';
import { SESSION_COOKIE, sessionSettings } from './session-settings';

export type SessionUser = { id: string; email: string; name: string };
export type Session = { actor: Actor; user: SessionUser; startedAt: Date; expiresAt: Date };

/** What the token carries beside next-auth's own claims. */
export type SessionClaims = { sub: string; epoch: number; startedAtMs: number };

/** The session that a Cookie header carries, or null when there is none, it ran out or was ended. */
export async function sessionFromCookies(
  cookieHeader: string | null,
  origin: { ip: string | null; requestId: string | null },
): Promise<Session | null> {
  const token = readCookie(cookieHeader, SESSION_COOKIE);
  return token === null ? null : sessionFromToken(token, origin);
}

/** The session of an encoded session token; see sessionFromCookies. */
export async function sessionFromToken(token: string, origin: { ip: string | null; requestId: string | null }): Promise<Session | null> {
  const settings = sessionSettings();
  const claims = await decode({ token, secret: settings.secret }).catch(() => null);
  if (!claims?.sub || typeof claims.epoch !== 'number' || typeof claims.startedAtMs !== 'number') return null;
  const expiresAt = new Date(claims.startedAtMs + settings.absoluteTimeoutMs);
  if (expiresAt.getTime() <= Date.now()) return null;
  const user = await getDb().user.findUnique({
    where: { id: claims.sub },
    select: { id: true, email: true, name: true, sessionEpoch: true, disabledAt: true, roles: { select: { role: true, siteId: true } } },
  });
  if (!user || user.disabledAt !== null || user.sessionEpoch !== claims.epoch) return null;
  const grants = user.roles.flatMap(({ role, siteId }) => (isRole(role) ? [{ role, siteId }] : []));
  const actor: Actor = { type: 'user', id: user.id, name: user.email, grants, gatewayId: null, tokenId: null, ...origin };
  return { actor, user: { id: user.id, email: user.email, name: user.name }, startedAt: new Date(claims.startedAtMs), expiresAt };
}

function readCookie(header: string | null, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const [key, ...rest] = part.trim().split('=');
    // An encoded token has no characters that a cookie would have to escape.
    if (key === name) return rest.join('=') || null;
  }
  return null;
}
