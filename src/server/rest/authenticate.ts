/** Who calls: a program with an API token, or a browser with its session cookie. */
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { requireSameOrigin } from '../access/same-origin';
import { sessionFromCookies } from '../access/session';
import { actorFromToken } from '../access/token-actor';

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
  if (request.method !== 'GET' && request.method !== 'HEAD') requireSameOrigin(request.headers);
  return session.actor;
}
