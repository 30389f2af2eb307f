/** Who may connect, and to what: decided before the upgrade, so that a refusal is a plain HTTP error. */
import type { IncomingMessage } from 'node:http';
import { permittedSites } from '#/domain/access/grants';
import { type Actor, visibleGateways } from '../access/actor';
import { sessionFromCookies } from '../access/session';
import { actorFromToken } from '../access/token-actor';
import { getDb } from '../db/client';
import { eventIdOf } from './message-id';
import type { Refusal } from './refuse-upgrade';

export type Peer = { ip: string | null; requestId: string };
export type Admission = {
  actor: Actor;
  /** The same credential again: null when it has ended. */
  recheck: () => Promise<Actor | null>;
  gatewayId: string | null;
  since: number | null;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const BEARER_PROTOCOL = 'bearer.';

/** Admits the request, or says why not. */
export async function admitClient(request: IncomingMessage, peer: Peer, publicUrl: string): Promise<Admission | Refusal> {
  const credential = readCredential(request, peer, publicUrl);
  if ('status' in credential) return credential;
  const actor = await credential.look();
  if (!actor) return { status: 401, code: 'UNAUTHENTICATED', message: credential.fault };
  const sites = permittedSites(actor.grants, 'gateway.read');
  if (sites !== 'all' && sites.length === 0) {
    return { status: 403, code: 'FORBIDDEN', message: 'Your role does not allow this.', details: { permission: 'gateway.read' } };
  }
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const sinceText = query.get('since');
  const since = sinceText === null || sinceText === '' ? null : eventIdOf(sinceText);
  if (sinceText && since === null) {
    return {
      status: 400,
      code: 'VALIDATION_FAILED',
      message: 'since has to be the id of a message.',
      details: { since: ['not a message id'] },
    };
  }
  const wanted = query.get('gateway_id');
  const gatewayId = wanted ? await findGateway(actor, wanted) : null;
  if (wanted && gatewayId === null) {
    return {
      status: 404,
      code: 'GATEWAY_NOT_FOUND',
      message: 'There is no such gateway that you may see.',
      details: { gateway_id: wanted },
    };
  }
  return { actor, recheck: credential.look, gatewayId, since };
}

/** The token of a `bearer.<token>` subprotocol. */
export function bearerProtocol(protocols: Iterable<string>): string | null {
  for (const protocol of protocols) if (protocol.startsWith(BEARER_PROTOCOL)) return protocol.slice(BEARER_PROTOCOL.length);
  return null;
}

/** What the server chooses: a protocol without a secret when there is one; a browser needs one of those that it offered. */
export function chooseProtocol(offered: ReadonlySet<string>): string | false {
  const plain = [...offered].find((protocol) => !protocol.startsWith(BEARER_PROTOCOL));
  return plain ?? [...offered][0] ?? false;
}

type Credential = { look: () => Promise<Actor | null>; fault: string };

function readCredential(request: IncomingMessage, peer: Peer, publicUrl: string): Credential | Refusal {
  const { authorization, cookie, origin, host } = request.headers;
  const header = authorization === undefined ? null : (/^Bearer +([^\s]{1,500})$/i.exec(authorization)?.[1] ?? '');
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  const token = header ?? bearerProtocol(offered);
  if (token !== null) return { look: () => actorFromToken(token, peer), fault: 'The token is unknown, expired or revoked.' };
  if (cookie === undefined) return { look: async () => null, fault: 'Sign in, or send a token.' };
  // A browser sends the cookie with any page's connection, but always says which page it was.
  if (!isOwnOrigin(origin, host, publicUrl)) {
    return {
      status: 403,
      code: 'FORBIDDEN',
      message: 'A session may only be used from pages of this server.',
      details: { origin: origin ?? null },
    };
  }
  return { look: async () => (await sessionFromCookies(cookie, peer))?.actor ?? null, fault: 'Your session has ended. Sign in again.' };
}

function isOwnOrigin(origin: string | undefined, host: string | undefined, publicUrl: string): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === new URL(publicUrl).origin || (host !== undefined && new URL(origin).host === host.toLowerCase());
}

async function findGateway(actor: Actor, wanted: string): Promise<string | null> {
  if (wanted.length > 80 || wanted.includes('\0')) return null;
  const where = UUID.test(wanted) ? { id: wanted.toLowerCase() } : { name: wanted };
  const gateway = await getDb().gateway.findFirst({
    where: { AND: [where, visibleGateways(actor, 'gateway.read')] },
    select: { id: true },
  });
  return gateway?.id ?? null;
}
