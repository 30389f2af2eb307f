/** Where an upgrade goes: the WebSocket of the contract, Next's hot reload in development, nowhere else. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { logger } from '#/server/config/logger';
import { refuseUpgrade } from '#/server/websocket/refuse-upgrade';
import { createUpdatesServer } from '#/server/websocket/updates-server';
import type { Pages } from './next-pages';
import { readPeer } from './request-head';
import { pathOf, REST_PREFIXES } from './route-request';

export type UpgradeDeps = { pages: Pick<Pages, 'upgrade'>; publicUrl: string; trustProxy: boolean };

const UPDATES: ReadonlySet<string> = new Set(REST_PREFIXES.map((prefix) => `${prefix}/ws/updates`));

export function createUpgrades(deps: UpgradeDeps) {
  const updates = createUpdatesServer({ publicUrl: deps.publicUrl });
  return {
    handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      // Until somebody owns the socket, an error on it has no listener and would end the process.
      socket.on('error', (error) => logger.debug({ reason: error.message }, 'web: an upgrading socket failed'));
      const path = pathOf(request.url);
      if (path.startsWith('/_next/') && deps.pages.upgrade) {
        deps.pages.upgrade(request, socket, head);
        return;
      }
      const peer = readPeer(request, null, deps.trustProxy);
      if (UPDATES.has(path)) void updates.accept(request, socket, head, peer);
      else refuseUpgrade(socket, { status: 404, code: 'NOT_FOUND', message: 'There is no such address.' }, peer.requestId);
    },
    close: () => updates.close(),
  };
}
