import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { expect, test, vi } from 'vitest';
import type { DurableEvent } from '#/protocol/mqtt/events';
import { topicFor } from '#/protocol/mqtt/topics';
import { systemClock } from '../clock';
import { openOutbox } from '../outbox/outbox';
import { createNodeStorage } from '../storage/node-storage';
import { startGatewayLink } from './gateway-link';

/** A broker that confirms every event whose predecessors it has, like the server's ingest. */
async function startBroker(port: number, got: string[]) {
  const broker = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    broker.handle(socket);
  });
  let lastN = got.length;
  broker.on('publish', (packet) => {
    if (packet.topic !== topicFor('gw1', 'event')) return;
    const { n, epoch, body }: DurableEvent = JSON.parse(packet.payload.toString());
    if (n === lastN + 1) {
      lastN = n;
      got.push(body.type === 'log' ? (body.entries[0]?.message ?? '') : body.type);
    }
    const payload = Buffer.from(JSON.stringify({ v: 1, epoch, n: lastN }));
    broker.publish({ cmd: 'publish', topic: topicFor('gw1', 'confirm'), payload, qos: 1, dup: false, retain: false }, () => {});
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => broker.close(() => resolve())));
    },
  };
}

const line = (message: string) => ({
  type: 'log' as const,
  entries: [{ at: new Date().toISOString(), level: 'info' as const, source: 'system' as const, message, details: {} }],
});

test('what is said while the broker is away arrives in order once it is back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-link-'));
  const got: string[] = [];
  const first = await startBroker(0, got);
  const storage = createNodeStorage();
  const outbox = await openOutbox({ storage, folder, clock: systemClock });
  const link = startGatewayLink({
    url: `mqtt://127.0.0.1:${first.port}`,
    gatewayId: 'gw1',
    password: 'x',
    bootId: 'b1',
    outbox,
    sayHello: async () => {},
    onCommand: () => {},
    onError: () => {},
    reconnectMs: 50,
    confirmTimeoutMs: 200,
  });
  await outbox.append(line('m0'));
  await vi.waitFor(() => expect(got).toEqual(['m0']), 30_000);
  await first.stop();
  await vi.waitFor(() => expect(link.isConnected()).toBe(false), 30_000);
  const all = Array.from({ length: 100 }, (_, index) => `m${index}`);
  for (const message of all.slice(1)) await outbox.append(line(message));
  const second = await startBroker(first.port, got);
  await vi.waitFor(() => expect(outbox.pending(1, 1)).toEqual([]), 30_000);
  expect(got).toEqual(all);
  await link.close();
  await second.stop();
  await rm(folder, { recursive: true });
});

test('a link that was refused once comes again: the server may only have been without its database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-link-'));
  const broker = await Aedes.createBroker();
  let refusals = 0;
  broker.authenticate = (_client, _user, _password, done) => {
    if (refusals >= 2) return done(null, true);
    refusals += 1;
    done(Object.assign(new Error('no database'), { returnCode: 3 }), false);
  };
  const server = createServer((socket) => void broker.handle(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const outbox = await openOutbox({ storage: createNodeStorage(), folder, clock: systemClock });
  const errors: string[] = [];
  const link = startGatewayLink({
    url: `mqtt://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    gatewayId: 'gw1',
    password: 'x',
    bootId: 'b1',
    outbox,
    sayHello: async () => {},
    onCommand: () => {},
    onError: (error) => errors.push(error.message),
    reconnectMs: 30,
  });
  await vi.waitFor(() => expect(link.isConnected()).toBe(true), 30_000);
  expect(errors).toHaveLength(2);
  await link.close();
  await new Promise<void>((resolve) => server.close(() => broker.close(() => resolve())));
  await rm(folder, { recursive: true });
});
