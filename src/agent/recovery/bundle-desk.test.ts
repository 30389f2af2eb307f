/** Bundles from a real folder full of secrets, sent over real HTTP. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DurableBody } from '#/protocol/mqtt/events';
import type { BundleOrder } from '#/protocol/mqtt/recovery';
import { systemClock } from '../clock';
import type { Clock } from '../ports';
import { createNodeStorage } from '../storage/node-storage';
import { listenOnFreePort } from '../testing/listen';
import { FILES_OF_SECRETS, HARMLESS, SHAPED } from '../testing/seeded-secrets';
import { type BundleDesk, createBundleDesk } from './bundle-desk';

type Bundle = Extract<DurableBody, { type: 'bundle' }>;
type Received = { path: string; headers: Record<string, unknown>; body: Buffer };

let home: string;
let server: Server;
let port: number;
let received: Received[];
/** Status of the next answers, or it with its Retry-After; 201 when there is none left. */
let answers: (number | { status: number; retryAfter: string })[];
let events: Bundle[];
let onEvent: () => void;
let desk: BundleDesk;
/** The real one, but for a time that a test sets. */
let clock: Clock;

const SECRET = 'gw-secret/+ü=7Qz9';
const storage = createNodeStorage();

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fairlead-bundle-'));
  [received, answers, events, onEvent] = [[], [], [], () => {}];
  clock = { ...systemClock };
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ path: `${request.method} ${request.url}`, headers: request.headers, body: Buffer.concat(chunks) });
    const answer = answers.shift() ?? 201;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.writeHead(answer.status, { 'Retry-After': answer.retryAfter }).end();
  });
  port = await listenOnFreePort(server);
  desk = openDesk();
});
afterEach(async () => {
  await desk.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(home, { recursive: true, force: true });
});

function openDesk(): BundleDesk {
  return createBundleDesk({
    storage,
    clock,
    reporter: {
      async durable(body) {
        if (body.type === 'bundle') events.push(body);
        onEvent();
      },
    },
    folder: join(home, 'agent/bundles'),
    folders: { data: join(home, 'data'), config: join(home, 'config'), logs: join(home, 'logs'), networkFiles: [] },
    fetchHttp: fetch,
    server: { baseUrl: `http://127.0.0.1:${port}/`, gatewayId: 'G-1', secret: SECRET },
    secrets: () => [SECRET, 'fle_one-time-token-of-old'],
    facts: async (kind) => ({
      journal: { note: `enrolled with ${SECRET}` },
      ...(kind === 'diagnostic' ? { diagnosis: { ok: true } } : {}),
    }),
    nowMs: Date.now,
    refuses: async () => null,
    onError: (message) =>
      events.push({ type: 'bundle', bundleId: 'DBG-FAULT', state: 'failed', sizeBytes: null, sha256: null, redactions: null, message }),
    retryMs: 5,
  });
}

async function put(name: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(home, name)), { recursive: true });
  await writeFile(join(home, name), text);
}

function order(more: Partial<BundleOrder> = {}): BundleOrder {
  return {
    name: 'bundle.collect',
    bundleId: 'DBG-8821X4',
    kind: 'debug',
    contents: ['logs', 'config', 'system_info'],
    compression: 'gzip',
    maxBytes: 1_000_000,
    uploadPath: '/device/v1/bundles/DBG-8821X4',
    ...more,
  };
}

function ended(): Promise<Bundle> {
  return new Promise((resolve) => {
    onEvent = () => {
      const last = events.at(-1);
      if (last) resolve(last);
    };
    onEvent();
  });
}

/** Tar headers and texts alike. */
const textOf = (one: Received | undefined) => gunzipSync(one?.body ?? Buffer.alloc(0)).toString();
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What must not leave the gateway, in the places and shapes in which it is found there. */
const SEEDED = {
  psk: 'yard-wifi-9xK!w',
  plc: 'pl c"pass"word',
  snmp: 'pl4nt-r0-community',
  token: 'eyJhbGciOiJFZERTQSJ9.eyJhdWQiOiJHLTEifQ.QUJDREVGR0hJSktMTU5PUA',
  pem: 'MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF',
  aws: 'AKIAIOSFODNN7EXAMPLE',
  hash: '$6$saltsalt$4bAhN3Ed0m8hJQpR',
  url: 'broker-pass-77',
};

async function seed(): Promise<void> {
  const { psk, plc, snmp, token, pem, aws, hash, url } = SEEDED;
  await put('config/network.json', JSON.stringify({ ssid: 'yard', psk, address: '10.20.1.5/24' }, null, 2));
  await put('config/plc/plc.json', JSON.stringify({ host: '10.20.1.6', password: plc }));
  await put('config/snmp.ini', `[snmp]\ncommunity = ${snmp}\nport = 161\n`);
  await put('config/key.pem', `-----BEGIN PRIVATE KEY-----\n${pem}\n-----END PRIVATE KEY-----\n`);
  await put('config/shadow', `root:${hash}:19000:0\n`);
  const lines = [
    'plain line about hoisting',
    `joined yard with ${psk}`,
    `raw ${SECRET} and ${plc}`,
    `url ${encodeURIComponent(SECRET)} ${encodeURIComponent(plc)}`,
    `basic ${base64(`G-1:${SECRET}`)} and ${base64(`x${psk}y`)} and ${base64(psk)} ${Buffer.from(`${plc}!`).toString('base64url')}`,
    `hex ${Buffer.from(psk).toString('hex')}`,
    `Authorization: Bearer ${token}`,
    `command ${token} came`,
    `connecting to mqtts://G-1:${url}@broker:8883`,
    `uploaded with ${aws}`,
    `config was ${base64(JSON.stringify({ nested: { api_key: 'deep-secret-1234' } }))}`,
    'enrolled by fle_one-time-token-of-old',
  ];
  for (const [name, { text, secrets }] of Object.entries({ ...SHAPED, ...FILES_OF_SECRETS })) {
    await put(`config/${name}`, text);
    // Shorter ones are not looked for.
    lines.push(...secrets.filter((secret) => secret.length >= 6).map((secret) => `used ${secret} and ${base64(`x${secret}y`)}`));
  }
  for (const [index, text] of HARMLESS.entries()) await put(`config/harmless/${index}.conf`, `${text}\n`);
  await put('logs/agent.log', `${lines.join('\n')}\n`);
  await put('logs/core.bin', Uint8Array.of(0xff, 0xfe, 0, 1, ...Buffer.from(SECRET)));
  await put('data/crane.json', '{"never":"collected"}');
}

describe('a debug bundle', () => {
  it('has everything that is allowed, and no secret in any shape', async () => {
    await seed();
    await desk.start();
    expect((await desk.begin(order())).code).toBe('OK');
    const event = await ended();
    const [one] = received;
    expect(event).toMatchObject({ bundleId: 'DBG-8821X4', state: 'uploaded', sizeBytes: one?.body.length });
    expect(event.sha256).toBe(
      createHash('sha256')
        .update(one?.body ?? '')
        .digest('hex'),
    );
    expect(one?.path).toBe('PUT /device/v1/bundles/DBG-8821X4');
    expect(one?.headers).toMatchObject({
      authorization: `Basic ${base64(`G-1:${SECRET}`)}`,
      'content-type': 'application/gzip',
      'content-length': String(one?.body.length),
      'x-content-sha256': event.sha256,
    });
    const text = textOf(one);
    for (const kept of [
      'plain line about hoisting',
      '10.20.1.5/24',
      'config/plc/plc.json',
      'system/journal.json',
      '10.20.1.6',
      'port = 161',
      ...HARMLESS,
    ]) {
      expect(text).toContain(kept);
    }
    expect(text).not.toContain('never');
    const shaped = Object.values({ ...SHAPED, ...FILES_OF_SECRETS }).flatMap(({ secrets, tails = [] }) => [...secrets, ...tails]);
    for (const secret of [...Object.values(SEEDED), ...shaped, SECRET, 'deep-secret-1234', 'one-time-token-of-old']) {
      const shapes = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), Buffer.from(secret).toString('hex')];
      shapes.push(base64(secret).replace(/=+$/, ''), Buffer.from(secret).toString('base64url'));
      // Within a longer text: at each place in a group of three bytes.
      for (const [before, from] of [
        ['x', 2],
        ['xy', 3],
      ] as const)
        shapes.push(base64(before + secret).slice(from, -4));
      for (const shape of shapes) if (shape === secret || shape.length >= 6) expect(text).not.toContain(shape);
    }
    expect(event.redactions).toBeGreaterThanOrEqual(15);
    expect(JSON.parse(/\{\s+"bundleId"[\s\S]*?\n\}/.exec(text)?.[0] ?? '{}')).toMatchObject({
      leftOut: expect.arrayContaining([
        { name: 'logs/core.bin', reason: 'it is no text' },
        ...Object.keys(FILES_OF_SECRETS).map((name) => ({ name: `config/${name}`, reason: 'it is a file of secrets' })),
      ]),
      redactions: event.redactions,
    });
    await desk.stop();
    expect(await readdir(join(home, 'agent/bundles'))).toEqual(['DBG-8821X4.json']);
  });

  it('of the logs alone does not tell what configuration calls a secret', async () => {
    await put('config/network.json', JSON.stringify({ psk: SEEDED.psk }));
    await put('logs/agent.log', `plain line\njoined yard with ${SEEDED.psk}\n`);
    await desk.start();
    await desk.begin(order({ contents: ['logs'] }));
    expect((await ended()).redactions).toBe(1);
    const text = textOf(received[0]);
    expect(text).toContain('plain line');
    expect(text).not.toContain(SEEDED.psk);
    expect(text).not.toContain('config/network.json');
  });

  it('keeps to its size: the oldest log lines go first', async () => {
    const line = (number: number) => `${number} ${createHash('sha512').update(String(number)).digest('base64')}`;
    await put('logs/agent.log', Array.from({ length: 4000 }, (_, number) => line(number)).join('\n'));
    await put('config/a.ini', 'port = 161');
    await desk.start();
    await desk.begin(order({ maxBytes: 60_000 }));
    expect((await ended()).state).toBe('uploaded');
    expect(received[0]?.body.length).toBeLessThanOrEqual(60_000);
    const text = textOf(received[0]);
    expect(text).toContain(line(3999));
    expect(text).not.toContain(line(0));
    expect(text).toContain('port = 161');
  });

  it('fails when not even the rest fits', async () => {
    await put('config/a.ini', 'port = 161');
    await desk.start();
    await desk.begin(order({ maxBytes: 100 }));
    expect(await ended()).toMatchObject({ state: 'failed', message: expect.stringContaining('without any log') });
    await desk.stop();
    expect(await readdir(join(home, 'agent/bundles'))).toEqual(['DBG-8821X4.json']);
  });

  it('holds what was ordered, and a diagnosis when it is diagnostic', async () => {
    await seed();
    await desk.start();
    await desk.begin(order({ contents: ['system_info'], kind: 'diagnostic', compression: 'zstd' }));
    await ended();
    const text = zstdDecompressSync(received[0]?.body ?? Buffer.alloc(0)).toString();
    expect(text).toContain('system/diagnosis.json');
    expect(text).not.toContain('agent.log');
    expect(text).not.toContain('network.json');
  });
});

describe('sending', () => {
  it('is tried again while the server cannot take it', async () => {
    answers = [503, 500, 429];
    await desk.start();
    await desk.begin(order());
    expect((await ended()).state).toBe('uploaded');
    expect(received).toHaveLength(4);
  });

  it('is tried again when the store of the server is full, not before the server wants it', async () => {
    answers = [507, { status: 507, retryAfter: '1' }];
    await desk.start();
    const startedMs = performance.now();
    await desk.begin(order());
    expect((await ended()).state).toBe('uploaded');
    expect(received).toHaveLength(3);
    expect(performance.now() - startedMs).toBeGreaterThan(990);
  });

  it('that is to wait longer than its time gives up then', async () => {
    answers = [{ status: 507, retryAfter: '60' }];
    await desk.start();
    const nowMs = Date.now();
    clock.nowMs = () => nowMs; // However long it takes to collect it: 200 ms are left.
    await desk.begin(order({ expiresAt: new Date(nowMs + 200).toISOString() }));
    expect(await ended()).toMatchObject({ state: 'failed', message: 'the server answered 507' });
    expect(received).toHaveLength(1);
  });

  it.each([404, 409, 410, 413])('ends when the server answers %i', async (status) => {
    answers = [status];
    await desk.start();
    await desk.begin(order());
    expect(await ended()).toMatchObject({ state: 'failed', message: `the server answered ${status}` });
    expect(received).toHaveLength(1);
  });

  it('goes on after a restart with the bundle that was made', async () => {
    answers = Array.from({ length: 1000 }, () => 503);
    await desk.start();
    await desk.begin(order());
    while (received.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await desk.stop();
    expect(events).toEqual([]);
    answers = [];
    const before = received.at(-1)?.body;
    desk = openDesk();
    await desk.start();
    expect((await ended()).state).toBe('uploaded');
    expect(received.at(-1)?.body.equals(before ?? Buffer.alloc(0))).toBe(true);
  });

  it('gives up when its time is over', async () => {
    answers = Array.from({ length: 1000 }, () => 503);
    await desk.start();
    await desk.begin(order({ expiresAt: new Date(Date.now() + 150).toISOString() }));
    expect((await ended()).state).toBe('failed');
  });
});

it('is not made again when its order comes late once more, and is forgotten with its time', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await desk.start();
  await desk.begin(order({ expiresAt }));
  await ended();
  await desk.stop();
  desk = openDesk();
  await desk.start();
  expect(await desk.begin(order({ expiresAt }))).toMatchObject({ code: 'OK', message: expect.stringContaining('ended already') });
  expect([received.length, events.length]).toEqual([1, 1]);
  await desk.stop();
  clock.nowMs = () => Date.parse(expiresAt);
  desk = openDesk();
  await desk.start();
  expect(await readdir(join(home, 'agent/bundles'))).toEqual([]);
});

it('takes the same order once, and five at a time', async () => {
  answers = Array.from({ length: 1000 }, () => 503);
  await desk.start();
  const codes: string[] = [];
  for (const bundleId of ['DBG-0001', 'DBG-0001', 'DBG-0002', 'DBG-0003', 'DBG-0004', 'DBG-0005', 'DBG-0006']) {
    codes.push((await desk.begin(order({ bundleId }))).code);
  }
  expect(codes).toEqual(['OK', 'OK', 'OK', 'OK', 'OK', 'OK', 'RECOVERY_REFUSED']);
});
