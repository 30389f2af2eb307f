/** What every request gets before a door sees it: a request id, and forwarding headers that a client cannot forge. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Peer = { ip: string | null; requestId: string };

const REQUEST_ID = /^[\w.:-]{1,64}$/;
/** Only a proxy in front may say these. */
const PROXY_HEADERS = ['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-real-ip', 'forwarded'];

/** Rewrites the request's headers in place, answers with X-Request-ID, and returns who asks. */
export function readPeer(request: IncomingMessage, response: ServerResponse | null, trustProxy: boolean): Peer {
  const ip = clientAddress(request, trustProxy);
  setHeader(request, 'x-forwarded-for', ip);
  if (!trustProxy) for (const name of PROXY_HEADERS) setHeader(request, name, null);
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : `req_${randomUUID()}`;
  if (given !== requestId) setHeader(request, 'x-request-id', requestId);
  response?.setHeader('X-Request-ID', requestId);
  return { ip, requestId };
}

/** The socket's address; behind a trusted proxy the last one of X-Forwarded-For, the only one that the proxy itself has seen. */
function clientAddress(request: IncomingMessage, trustProxy: boolean): string | null {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined;
  const last = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim();
  const address = last || request.socket.remoteAddress || null;
  return address?.startsWith('::ffff:') ? address.slice(7) : address;
}

/** Sets or removes a request header in both of Node's forms: adapters read the raw list. */
export function setHeader(request: IncomingMessage, name: string, value: string | null): void {
  const present = request.headers[name] !== undefined;
  if (value === null && !present) return;
  if (present) {
    const raw = request.rawHeaders;
    for (let at = raw.length - 2; at >= 0; at -= 2) if (raw[at]?.toLowerCase() === name) raw.splice(at, 2);
  }
  if (value === null) {
    delete request.headers[name];
    return;
  }
  request.headers[name] = value;
  request.rawHeaders.push(name, value);
}
