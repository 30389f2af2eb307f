/** A whole controller and broker, while the network to the database is cut and restored. */
import { randomUUID } from 'node:crypto';
import mqtt from 'mqtt';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Broker, startBroker } from '#/broker/start-broker';
import { closeDb, getDb } from '#/server/db/client';
import { verifyCredential } from '#/server/enrolment/verify-credential';
import { enqueueCommand } from '#/server/outbox/enqueue-command';
import { type Controller, startController } from './start-controller';
import { makeGateway, makeJob } from './testing/make-gateway';
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy';
import { connectDevice, durable, HAPPY_PATH, hello, jobReport } from './testing/wire-device';

const PASSWORD = 'controller';
let proxy: TcpProxy;
let broker: Broker;
let controllers: Controller[] = [];
/** Sees the truth past the cut. */
let direct: Client;

beforeAll(async () => {
  const url = new URL(process.env.DATABASE_URL ?? '');
  direct = new Client({ connectionString: url.href });
  await direct.connect();
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  process.env.DATABASE_URL = url.href;
});
afterAll(async () => {
  await direct.end();
  await closeDb();
  await proxy.close();
});
beforeEach(async () => {
  broker = await startBroker({ host: '127.0.0.1', port: 0, wsPort: null, controllerPassword: PASSWORD, verify: verifyCredential });
});
afterEach(async () => {
  proxy.restore();
  await Promise.all(controllers.map((controller) => controller.stop()));
  controllers = [];
  await broker.close();
});

const url = () => `mqtt://127.0.0.1:${broker.port}`;
async function startControllers(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    controllers.push(startController({ mqttUrl: url(), mqttPassword: PASSWORD, ownWork: false }));
  await Promise.all(controllers.map((controller) => controller.connected()));
}
async function row<T>(sql: string, values: unknown[]): Promise<T> {
  return (await direct.query(sql, values)).rows[0] as T;
}

describe('while the database is away', () => {
  it.each([1, 2])('nothing that %i controllers were told is lost, nothing is confirmed early, and progress catches up', async (count) => {
    await startControllers(count);
    const gateway = await makeGateway({ bootId: null });
    const jobId = await makeJob(gateway);
    const device = await connectDevice(url(), gateway);
    const epoch = randomUUID();
    const events = [hello(), ...HAPPY_PATH.map(([event, state], index) => jobReport(jobId, index + 1, event, state))].map((body, index) =>
      durable(epoch, index + 1, body),
    );
    // Up to "downloading" with the database there.
    for (const event of events.slice(0, 3)) await device.say('event', event);
    await vi.waitFor(() => expect(device.confirms.at(-1)).toMatchObject({ epoch, n: 3 }), { timeout: 60_000 });
    proxy.cut();
    const common = { v: 1, jobId, attempt: 1, state: 'downloading', bytesTotal: 100, speedBytesPerSecond: 1 } as const;
    for (const seq of [1, 2, 3]) {
      await device.say('progress', { ...common, seq, percent: seq * 10, bytesDone: seq * 10, at: new Date().toISOString() });
    }
    // Everything else while it is away, the last twice and in the wrong order, as a nervous network does.
    for (const event of [...events.slice(3).reverse(), ...events.slice(3)]) await device.say('event', event);
    expect(Math.max(...device.confirms.map(({ n }) => n))).toBe(3);
    expect(await row('SELECT state, "reportSeq"::int AS seq FROM "Job" WHERE id = $1', [jobId])).toEqual({ state: 'downloading', seq: 2 });
    proxy.restore();
    await vi.waitFor(() => expect(device.confirms.at(-1)).toMatchObject({ epoch, n: events.length }), { timeout: 60_000, interval: 50 });
    const { rows } = await direct.query('SELECT message FROM "JobEvent" WHERE "jobId" = $1 ORDER BY id', [jobId]);
    expect(rows.map((one) => one.message)).toEqual(HAPPY_PATH.map(([event], index) => `${index + 1} ${event}`));
    expect(await row('SELECT state FROM "Job" WHERE id = $1', [jobId])).toEqual({ state: 'confirmed' });
    await device.client.endAsync(true);
  });

  it('the newest progress of each job is written when it is back', async () => {
    await startControllers(1);
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'downloading');
    const device = await connectDevice(url(), gateway);
    proxy.cut();
    const common = { v: 1, jobId, attempt: 1, state: 'downloading', bytesTotal: 100, speedBytesPerSecond: 1, at: new Date().toISOString() };
    for (const seq of [2, 5, 4, 1]) await device.say('progress', { ...common, seq, percent: seq, bytesDone: seq });
    proxy.restore();
    const written = () => row('SELECT percent, "progressSeq"::int AS seq FROM "Job" WHERE id = $1', [jobId]);
    await vi.waitFor(async () => expect(await written()).toEqual({ percent: 5, seq: 5 }), { timeout: 60_000, interval: 50 });
    await device.client.endAsync(true);
  });

  it('presence is written when it is back, and a command that was committed before reaches the agent', async () => {
    await startControllers(1);
    const gateway = await makeGateway();
    const device = await connectDevice(url(), gateway);
    const connectedRow = () => row('SELECT connected FROM "Gateway" WHERE id = $1', [gateway.id]);
    await vi.waitFor(async () => expect(await connectedRow()).toEqual({ connected: true }), { timeout: 60_000 });
    const body = { name: 'job.pause', jobId: 'j', attempt: 1, reason: '' } as const;
    await getDb().$transaction((tx) => enqueueCommand(tx, gateway.id, body));
    proxy.cut();
    proxy.restore();
    await vi.waitFor(() => expect(device.commands.length).toBeGreaterThan(0), { timeout: 60_000 });
    await device.client.endAsync(true);
  });

  it('a gateway that connects in the meantime is let in as soon as it is back', async () => {
    await startControllers(1);
    const gateway = await makeGateway();
    proxy.cut();
    const login = {
      protocolVersion: 4,
      clientId: gateway.id,
      username: gateway.id,
      password: gateway.secret,
      reconnectPeriod: 50,
      reconnectOnConnackError: true,
    } as const;
    const client = mqtt.connect(url(), login);
    const refusals: unknown[] = [];
    client.on('error', (error) => refusals.push((error as { code?: unknown }).code));
    await vi.waitFor(() => expect(refusals.length).toBeGreaterThan(1), { timeout: 60_000 });
    // "Unavailable", not "wrong password": an agent must not think that its identity is gone.
    expect(new Set(refusals)).toEqual(new Set([3]));
    proxy.restore();
    await vi.waitFor(() => expect(client.connected).toBe(true), { timeout: 60_000 });
    await client.endAsync(true);
  });
});
