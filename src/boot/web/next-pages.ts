/** Next as the handler of pages and tRPC behind the custom server. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export type Pages = {
  dev: boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Hot reload; null in production. */
  upgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | null;
  close(): Promise<void>;
};

/** Resolves when Next can answer. */
export async function startPages(options: { dev: boolean; dir: string; hostname: string; port: number }): Promise<Pages> {
  // React's build is chosen when it is first loaded.
  Object.assign(process.env, { NODE_ENV: options.dev ? 'development' : 'production' });
  const { default: next } = await import('next');
  // Never listens. Without it Next would attach itself to the real server and take every upgrade, the WebSocket's too.
  const upgrades = createServer();
  const app = next({ ...options, httpServer: upgrades, quiet: !options.dev });
  const handle = app.getRequestHandler();
  await app.prepare();
  return {
    dev: options.dev,
    handle: (request, response) => handle(request, response),
    upgrade: options.dev ? (request, socket, head) => void upgrades.emit('upgrade', request, socket, head) : null,
    close: () => app.close(),
  };
}
