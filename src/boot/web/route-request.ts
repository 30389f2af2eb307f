/** Which door a request goes to. Everything that is not named here is a page. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { logger } from '#/server/config/logger';
import { answerDevice } from '#/server/device/device-door';
import { sendError } from '#/server/device/send-json';
import { UPLOADS_PATH } from '#/server/uploads/upload-door';
import { answerAlive, answerReady } from './health';
import type { Pages } from './next-pages';
import { type Peer, readPeer } from './request-head';
import { setContentPolicy, setSecurityHeaders } from './security-headers';

export type RestHandler = (request: Request, peer: { ip: string | null }) => Promise<Response>;
export type RoutingDeps = {
  rest: RestHandler;
  /** Images that come in resumably. */
  uploads: RestHandler;
  pages: Pick<Pages, 'dev' | 'handle'>;
  trustProxy: boolean;
  overTls: boolean;
  mqttUrl: string;
  isClosing: () => boolean;
};

/** Both prefixes of the contract. */
export const REST_PREFIXES = ['/v1/cloud-integration', '/cloud-integration'] as const;

export function createRouter(deps: RoutingDeps): RequestListener {
  const peers = new WeakMap<object, Peer>();
  const listenerOf = (handler: RestHandler) =>
    getRequestListener(
      (request, { incoming }) => handler(request, { ip: peers.get(incoming)?.ip ?? null }),
      // Next lives in this process: its Request must stay the built-in one.
      { overrideGlobalObjects: false },
    );
  const rest = listenerOf(deps.rest);
  const uploads = listenerOf(deps.uploads);
  const route = (request: IncomingMessage, response: ServerResponse): Promise<void> | void => {
    const path = pathOf(request.url);
    if (path === '/healthz') return answerAlive(request, response);
    if (path === '/readyz') return answerReady(request, response, deps.isClosing());
    const readPeerOnce = () => readPeer(request, response, deps.trustProxy);
    if (path.startsWith('/device/')) return answerDevice(request, response, { path, peer: readPeerOnce, mqttUrl: deps.mqttUrl });
    const peer = readPeerOnce();
    if (!isReadable(path)) return sendError(request, response, 400, 'VALIDATION_FAILED', 'This address cannot be read.');
    setSecurityHeaders(response, deps.overTls);
    if (REST_PREFIXES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))) {
      peers.set(request, peer);
      return rest(request, response);
    }
    // The protocol has no GET: a person who types the address gets a page.
    if (request.method !== 'GET' && (path === UPLOADS_PATH || path.startsWith(`${UPLOADS_PATH}/`))) {
      peers.set(request, peer);
      return uploads(request, response);
    }
    if (!path.startsWith('/_next/')) setContentPolicy(request, response, deps.pages.dev);
    return deps.pages.handle(request, response);
  };
  return async (request, response) => {
    try {
      await route(request, response);
    } catch (error) {
      logger.error({ error, method: request.method, path: pathOf(request.url) }, 'web: a request failed');
      if (response.headersSent) response.destroy();
      else sendError(request, response, 500, 'INTERNAL', 'Something went wrong on the server.');
    }
  };
}

/** Neither a proxy's absolute form nor a wrong percent sign: Next would answer 500 or redirect to what the client named. */
function isReadable(path: string): boolean {
  try {
    return path.startsWith('/') && decodeURI(path) !== '';
  } catch {
    return false;
  }
}

/** The path of a request target, without the query. */
export function pathOf(url: string | undefined): string {
  const target = url ?? '/';
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}
