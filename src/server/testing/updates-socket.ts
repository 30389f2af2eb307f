/** A client of the contract's WebSocket, for tests: collects messages, and says how the connection began and ended. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import { createUpdatesServer, type UpdatesOptions, type UpdatesServer } from '../websocket/updates-server';
import { until } from './until';

export type Message = Record<string, unknown> & { type: string; id: number; gateway_id: string };
export type UpdatesUnderTest = {
  url: string;
  updates: UpdatesServer;
  close(): Promise<void>;
  /** The server has begun to close a connection that is still open. */
  isClosing(): boolean;
};

/** A real HTTP server with nothing but the WebSocket. */
export async function startUpdates(options: Partial<UpdatesOptions> = {}): Promise<UpdatesUnderTest> {
  const updates = createUpdatesServer({ publicUrl: 'https://fairlead.example', ...options });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined);
    void updates.accept(request, socket, head, { ip: '127.0.0.1', requestId: 'req_test' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/cloud-integration/ws/updates`,
    updates,
    isClosing: () => [...updates.sockets].some(({ readyState }) => readyState === WebSocket.CLOSING),
    async close() {
      await updates.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export class UpdatesSocket {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  /** Resolves with 'open', or with the status of the HTTP answer that refused. */
  readonly outcome: Promise<'open' | number>;
  readonly ended: Promise<number>;

  constructor(url: string, options: ClientOptions = {}, protocols: string[] = []) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on('message', (data) => this.messages.push(JSON.parse(String(data)) as Message));
    this.outcome = new Promise((resolve) => {
      this.socket.once('open', () => resolve('open'));
      this.socket.once('unexpected-response', (request, response) => {
        request.destroy();
        resolve(response.statusCode ?? 0);
      });
      this.socket.on('error', () => resolve(0));
    });
    this.ended = new Promise((resolve) => this.socket.once('close', (code) => resolve(code)));
  }

  /** The first message that fits, now or later. */
  next(fits: (message: Message) => boolean): Promise<Message> {
    return until(() => this.messages.find(fits));
  }

  close(): void {
    this.socket.terminate();
  }
}
