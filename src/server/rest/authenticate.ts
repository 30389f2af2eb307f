/** Who calls: a program with an API token, or a browser with its session cookie. */
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { sessionFromCookies } from '../access/session';
import { actorFromToken } from '../access/token-actor';
import { getEnv } from '../config/env';

type Origin = { ip: string | null; requestId: string };

/** The actor, or UNAUTHENTICATED. A bearer header decides alone: a bad token does not fall back to the cookie. */
export async function authenticate(request: Request, origin: Origin): Promise<Actor> {
  const header = request.headers.get('authorization');
  if (header !== null) {
    const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1];
    const actor = token === undefined ? null : await actorFromToken(token, origin);
    if (actor) return actor;
    throw new DomainError('UNAUTHENTICATED', 'The API token is not valid: unknown, revoked or expired.', { reason: 'invalid_token' });
  }
  const session = await sessionFromCookies(request.headers.get('cookie'), origin);
  if (!session) throw new DomainError('UNAUTHENTICATED', 'Authentication is needed.', { reason: 'missing' });
  if (request.method !== 'GET' && request.method !== 'HEAD') requireSameOrigin(request);
  return session.actor;
}

/** A cookie is sent by any page that makes the browser call; a write must come from our own. */
function requireSameOrigin(request: Request): void {
  const site = request.headers.get('sec-fetch-site');
  const from = request.headers.get('origin');
  const foreign = (site !== null && site !== 'same-origin') || (from !== null && !isOwnOrigin(from, request));
  // Every browser names at least one of the two with a POST.
  if (!foreign && (site !== null || from !== null)) return;
  throw new DomainError('FORBIDDEN', 'This write does not come from a page of this server.', { reason: 'cross_origin' }, [
    'Use an API token for programs',
  ]);
}

function isOwnOrigin(from: string, request: Request): boolean {
  if (!URL.canParse(from)) return false;
  const origin = new URL(from);
  return origin.origin === new URL(getEnv().PUBLIC_URL).origin || origin.host === request.headers.get('host');
}
