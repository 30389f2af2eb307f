/** The radio or cable of one demo gateway: slow as its profile says, and really cut while its script says so. */
import { createConnection, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createPace } from '#/agent/download/pace';
import type { Clock } from '#/agent/ports';
import { type LinkProfile, type LinkState, linkAt, speedOf } from './link-script';

export type DemoNetwork = {
  now(): LinkState;
  fetchHttp: typeof fetch;
  /** Opens the way to the broker; undefined when the address is one that cannot be cut here. */
  openStream: (() => Duplex) | undefined;
  close(): void;
};

const LOOK_MS = 1000;

export function createDemoNetwork(profile: LinkProfile, seed: number, mqttUrl: string, clock: Clock): DemoNetwork {
  const sockets = new Set<Socket>();
  let outage = new AbortController();
  const now = () => linkAt(profile, seed, clock.nowMs());
  let wasUp = true;
  const timer = setInterval(() => {
    const { up } = now();
    if (!up && wasUp) {
      outage.abort(new TypeError('the radio link is down'));
      for (const socket of sockets) socket.destroy();
    } else if (up && !wasUp) outage = new AbortController();
    wasUp = up;
  }, LOOK_MS);

  const { protocol, hostname, port } = new URL(mqttUrl);
  function openStream(): Duplex {
    if (!now().up) return unreachable();
    const socket = createConnection({ host: hostname, port: Number(port || 1883) });
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  }

  const fetchHttp: typeof fetch = async (url, init) => {
    if (!now().up) throw new TypeError('the radio link is down');
    const signal = AbortSignal.any([outage.signal, ...(init?.signal ? [init.signal] : [])]);
    const response = await fetch(url, { ...init, signal });
    if (response.body === null) return response;
    return new Response(slowed(response.body, speedOf(profile, seed), clock, signal), response);
  };

  return {
    now,
    fetchHttp,
    openStream: protocol === 'mqtt:' ? openStream : undefined,
    close: () => clearInterval(timer),
  };
}

/** Without a link a connection does not come about. */
function unreachable(): Duplex {
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  setImmediate(() => stream.destroy(Object.assign(new Error('the network is unreachable'), { code: 'ENETUNREACH' })));
  return stream;
}

/** The same bytes in small pieces, no faster than the profile allows. */
function slowed(body: ReadableStream<Uint8Array>, bytesPerSecond: number, clock: Clock, signal: AbortSignal): ReadableStream<Uint8Array> {
  const pace = createPace(bytesPerSecond, clock);
  const pieceBytes = Math.ceil(bytesPerSecond / 10);
  const slow = new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      for (let from = 0; from < chunk.length; from += pieceBytes) {
        const piece = chunk.subarray(from, from + pieceBytes);
        await pace(piece.length, signal);
        controller.enqueue(piece);
      }
    },
  });
  return body.pipeThrough(slow, { signal });
}
