import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#/agent/clock';
import type { Clock } from '#/agent/ports';
import { listenOnFreePort } from '#/agent/testing/listen';
import { createDemoNetwork } from './demo-network';
import { linkAt } from './link-script';

const SEED = 5;
const IMAGE = Buffer.alloc(2_000_000, 7);
/** When the mesh of this seed drops out for the first time. */
const dropMs = (() => {
  let timeMs = Date.parse('2026-03-01T08:00:00.000Z');
  while (linkAt('mesh', SEED, timeMs).up) timeMs += 100;
  return timeMs;
})();

const clock: Clock & { offsetMs: number } = { ...systemClock, offsetMs: 0, nowMs: () => dropMs + clock.offsetMs };
const sockets: Socket[] = [];
const broker = createServer((socket) => sockets.push(socket.on('error', () => {})));
const files = createHttpServer((_request, response) => response.end(IMAGE));
let mqttUrl: string;
let imageUrl: string;

beforeAll(async () => {
  mqttUrl = `mqtt://127.0.0.1:${await listenOnFreePort(broker)}`;
  imageUrl = `http://127.0.0.1:${await listenOnFreePort(files)}/image`;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  broker.close();
  files.closeAllConnections();
  files.close();
});

describe('the way to the server', () => {
  it('of a mesh is really cut: the session ends, a download breaks off, nothing comes through until it is back', async () => {
    clock.offsetMs = -60_000;
    const network = createDemoNetwork('mesh', SEED, mqttUrl, clock);
    try {
      const stream = network.openStream?.();
      if (!stream) throw new Error('a plain MQTT address can be cut');
      await once(stream, 'connect');
      const response = await network.fetchHttp(imageUrl);
      const reader = response.body?.getReader();
      expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
      const closed = once(stream, 'close');
      clock.offsetMs = 1000;
      await closed;
      await expect(
        (async () => {
          while (!(await reader?.read())?.done);
        })(),
      ).rejects.toThrow('the radio link is down');
      await expect(network.fetchHttp(imageUrl)).rejects.toThrow('the radio link is down');
      const refused = network.openStream?.();
      const [error] = refused ? await once(refused, 'error') : [];
      expect(error).toMatchObject({ code: 'ENETUNREACH' });
    } finally {
      network.close();
    }
  });

  it('brings the bytes no faster than its profile', async () => {
    const network = createDemoNetwork('fibre', SEED, mqttUrl, systemClock);
    try {
      const startedMs = performance.now();
      const response = await network.fetchHttp(imageUrl);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(bytes.equals(IMAGE)).toBe(true);
      expect(performance.now() - startedMs).toBeGreaterThan(3000);
    } finally {
      network.close();
    }
  });

  it('to a broker behind TLS cannot be cut here', () => {
    const network = createDemoNetwork('fibre', SEED, 'mqtts://broker.example:8883', systemClock);
    network.close();
    expect(network.openStream).toBeUndefined();
  });
});
