/** One HTTP server with sane time limits, and a close that lets requests finish. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** Receiving a whole request: an image upload over a slow line takes long. Silence is cut by IDLE_MS. */
const REQUEST_MS = 3 * 3_600_000;
const HEADERS_MS = 20_000;
/** Longer than the usual idle time of a load balancer, so that it is never the server that closes first. */
const KEEP_ALIVE_MS = 65_000;
/** A connection on which nothing moves in either direction. */
const IDLE_MS = 180_000;
/** How long a close waits for requests that run. */
const GRACE_MS = 8000;

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
export type WebServer = { server: Server; close(): Promise<void> };

export function createWebServer(listener: RequestListener, onUpgrade: UpgradeListener): WebServer {
  const open = new Set<ServerResponse>();
  let closing = false;
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS, keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true },
    (request, response) => {
      open.add(response);
      response.once('close', () => open.delete(response));
      if (closing) response.setHeader('Connection', 'close');
      void listener(request, response);
    },
  );
  server.timeout = IDLE_MS;
  server.on('upgrade', onUpgrade);
  return {
    server,
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const response of open) {
        if (isEventStream(response)) response.destroy();
        else if (!response.headersSent) response.setHeader('Connection', 'close');
      }
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearInterval(sweep);
      clearTimeout(cut);
    },
  };
}

/** A stream never ends by itself; the browser connects again. */
function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type') ?? '').startsWith('text/event-stream');
}

/** Resolves with the port. Rejects with one sentence for a port that cannot be had. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(listenFault(error, port, host))));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function listenFault(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} is in use by another program: set PORT to a free one, or end that program.`;
  if (error.code === 'EACCES') return `Port ${port} may not be used by this user: set PORT to one above 1023.`;
  if (error.code === 'EADDRNOTAVAIL') return `This machine has no address ${host}: set HOST to one that it has, or to 0.0.0.0.`;
  return `The web program cannot listen on ${host}:${port}: ${error.message}.`;
}
