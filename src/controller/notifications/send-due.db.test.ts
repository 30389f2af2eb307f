import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MOST_ATTEMPTS } from '#/domain/notifications/backoff';
import { systemActor } from '#/server/access/actor';
import { raiseAlarm } from '#/server/alarms/raise-alarm';
import { getDb } from '#/server/db/client';
import { changeChannel, deleteChannel, testChannel } from '#/server/notifications/change-channel';
import { createChannel } from '#/server/notifications/create-channel';
import { browseDeliveries, listChannels } from '#/server/notifications/list-channels';
import { until } from '#/server/testing/until';
import { makeGateway } from '../testing/make-gateway';
import { createSender, LEASE_MS, type SendOptions } from './send-due';

/** One round, with its answers. Returns how many were tried. */
async function sendDue({ now, ...options }: SendOptions & { now?: Date }): Promise<number> {
  const sender = createSender(options);
  const tried = await sender.sendNew(now);
  await sender.settled();
  return tried;
}

const admin = systemActor('admin@example.test');
const SECRET = 'a secret of the receiver';
type Call = { headers: IncomingHttpHeaders; body: string };

let receiver: Server;
let calls: Call[] = [];
/** Status of the next answers; 0: no answer at all. The last one stays. */
let answers: number[] = [200];
const allowPrivate = (allowed: boolean) => {
  process.env.WEBHOOK_ALLOW_PRIVATE = allowed ? '1' : '0';
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
};
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;

beforeAll(async () => {
  allowPrivate(true);
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    calls.push({ headers: request.headers, body });
    const status = (answers.length > 1 ? answers.shift() : answers[0]) ?? 200;
    if (status === 0) return;
    response.writeHead(status, status === 302 ? { location: urlOf(receiver) } : {}).end('x'.repeat(100_000));
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});
afterEach(async () => {
  calls = [];
  answers = [200];
  await getDb().notificationChannel.updateMany({ data: { enabled: false } });
  await sendDue({ now: new Date(Date.now() + 10 * 86_400_000) });
});

const webhook = (more: { secret?: string | null } = {}) =>
  createChannel(admin, {
    type: 'webhook',
    name: randomUUID(),
    siteCode: null,
    leastPriority: 3,
    topics: [],
    config: { url: urlOf(receiver) },
    secret: SECRET,
    ...more,
  });
const test = async (channelId: string) => (await testChannel(admin, channelId)).deliveryId;
const rowOf = (id: string) => getDb().notificationDelivery.findUniqueOrThrow({ where: { id } });
const inTime = (ms: number) => new Date(Date.now() + ms);

describe('a webhook', () => {
  it('gets an alarm as signed JSON, once, however many controllers send', async () => {
    const { channelId } = await webhook();
    const gateway = await makeGateway();
    const about = { siteId: gateway.siteId, gatewayId: gateway.id };
    await getDb().$transaction((tx) =>
      raiseAlarm(tx, { kind: 'break_glass', subject: randomUUID(), message: 'the glass is broken', ...about }),
    );
    const tried = await Promise.all([sendDue({ now: inTime(1000) }), sendDue({ now: inTime(1000) }), sendDue({ now: inTime(1000) })]);
    expect(tried.reduce((sum, one) => sum + one, 0)).toBe(1);
    const [call, ...more] = calls;
    expect(more).toEqual([]);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      type: 'alarm.raised',
      gateway: { id: gateway.id, name: gateway.name },
      alarm: { kind: 'break_glass', priority: 'P1', state: 'active_unacknowledged', message: 'the glass is broken' },
    });
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(call?.headers['x-fairlead-signature'])) ?? [];
    expect(createHmac('sha256', SECRET).update(`${seconds}.${call?.body}`).digest('hex')).toBe(signature);
    expect(Math.abs(Number(seconds) * 1000 - Date.now())).toBeLessThan(60_000);
    const { rows } = await browseDeliveries(admin, { channelId, limit: 10 });
    expect(rows[0]).toMatchObject({
      id: call?.headers['x-fairlead-delivery'],
      state: 'sent',
      attempts: 1,
      responseStatus: 200,
      lastError: null,
    });
  });

  it('that answers 500 is tried again, later and later, with the same id; the log tells each attempt', async () => {
    answers = [500, 503, 204];
    const { channelId } = await webhook();
    const id = await test(channelId);
    // By one clock, however long each takes: the first pause is two and a half seconds at least.
    const fromMs = Date.now();
    const at = (ms: number) => new Date(fromMs + ms);
    await sendDue({ now: at(1000) });
    await sendDue({ now: at(1001) });
    expect(calls).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({ state: 'pending', attempts: 1, responseStatus: 500, lastError: 'answered 500' });
    await sendDue({ now: at(7000) });
    await sendDue({ now: at(20_000) });
    expect(calls.map((call) => call.headers['x-fairlead-delivery'])).toEqual([id, id, id]);
    const row = await rowOf(id);
    expect(row).toMatchObject({ state: 'sent', attempts: 3, responseStatus: 204 });
    const { rows } = await browseDeliveries(admin, { channelId, limit: 10 });
    expect(rows[0]?.log.map(({ status, error }) => error ?? status)).toEqual(['answered 500', 'answered 503', 204]);
  });

  it('is dead after the last attempt, and not called again', async () => {
    answers = [500];
    const { channelId } = await webhook();
    const id = await test(channelId);
    for (let attempt = 0; attempt < MOST_ATTEMPTS + 3; attempt += 1) await sendDue({ now: inTime(attempt * 2 * 3_600_000) });
    expect(calls).toHaveLength(MOST_ATTEMPTS);
    expect(await rowOf(id)).toMatchObject({ state: 'dead', attempts: MOST_ATTEMPTS });
    expect((await listChannels(admin)).find((one) => one.id === channelId)).toMatchObject({ dead: 1, pending: 0 });
  });

  it('that does not answer in time is a failure', async () => {
    answers = [0];
    const { channelId } = await webhook();
    const id = await test(channelId);
    await sendDue({ now: inTime(1000), timeoutMs: 80 });
    expect(await rowOf(id)).toMatchObject({ state: 'pending', responseStatus: null, lastError: 'no answer within 80 ms' });
  });

  it('is not followed elsewhere', async () => {
    answers = [302, 200];
    const { channelId } = await webhook();
    const id = await test(channelId);
    await sendDue({ now: inTime(1000) });
    expect(calls).toHaveLength(1);
    expect((await rowOf(id)).lastError).toMatch(/redirects are not followed/);
  });

  it('at a private address is refused at its making and at every sending, unless that is allowed', async () => {
    const { channelId } = await webhook();
    allowPrivate(false);
    await expect(webhook()).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    const id = await test(channelId);
    await sendDue({ now: inTime(1000) });
    allowPrivate(true);
    expect(calls).toEqual([]);
    expect((await rowOf(id)).lastError).toMatch(/private network/);
  });

  it('has a secret that is shown once and sealed at rest', async () => {
    const { channelId, secret } = await webhook({ secret: null });
    expect(secret).toMatch(/^whs_/);
    const row = await getDb().notificationChannel.findUniqueOrThrow({ where: { id: channelId } });
    expect(JSON.stringify(row)).not.toContain(secret);
    expect(JSON.stringify(await listChannels(admin))).not.toContain('ecret');
    await deleteChannel(admin, channelId);
    expect((await getDb().notificationChannel.findUniqueOrThrow({ where: { id: channelId } })).sealedSecret).toBeNull();
  });

  it('that is switched off gets nothing more', async () => {
    const { channelId } = await webhook();
    const id = await test(channelId);
    await changeChannel(admin, { channelId, enabled: false });
    await sendDue({ now: inTime(1000) });
    expect(calls).toEqual([]);
    expect((await rowOf(id)).state).toBe('dead');
  });
});

it('a receiver that hangs keeps no other channel waiting, and gets nothing more meanwhile', async () => {
  answers = [0, 200];
  const sender = createSender({ timeoutMs: 60_000 });
  const hanging = (await webhook()).channelId;
  const hung = await test(hanging);
  // Its next attempt is behind all that follows.
  expect(await sender.sendNew(inTime(600_000))).toBe(1);
  await until(() => calls.length === 1);
  const waiting = await test(hanging);
  const alarm = await test((await webhook()).channelId);
  expect(await sender.sendNew(inTime(1000))).toBe(1);
  await until(async () => (await rowOf(alarm)).state === 'sent');
  expect(await rowOf(hung)).toMatchObject({ state: 'pending', attempts: 1, responseStatus: null });
  expect(await rowOf(waiting)).toMatchObject({ state: 'pending', attempts: 0 });
  receiver.closeAllConnections();
  await sender.settled();
  expect(await sender.sendNew(inTime(1000))).toBe(1);
  await sender.settled();
  expect((await rowOf(waiting)).state).toBe('sent');
});

it('who is killed while sending leaves the message to the next one', async () => {
  answers = [0, 200];
  const { channelId } = await webhook();
  const id = await test(channelId);
  const script =
    "import('#/controller/notifications/send-due').then(({ createSender }) => createSender().sendNew(new Date(Date.now() + 1000)))";
  const child: ChildProcess = spawn('node_modules/.bin/tsx', ['--eval', script], { env: process.env, stdio: 'ignore', detached: true });
  await until(() => calls.length === 1);
  const ended = once(child, 'exit');
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await ended;
  expect(await rowOf(id)).toMatchObject({ state: 'pending', attempts: 1, responseStatus: null });
  expect(await sendDue({ now: inTime(LEASE_MS / 2) })).toBe(0);
  await sendDue({ now: inTime(LEASE_MS + 5000) });
  expect(calls.map((call) => call.headers['x-fairlead-delivery'])).toEqual([id, id]);
  expect(await rowOf(id)).toMatchObject({ state: 'sent', attempts: 2 });
});

describe('an e-mail', () => {
  type Mail = { from: string; to: string[]; text: string };
  const mails: Mail[] = [];
  let server: SMTPServer;
  let refuse = false;
  beforeAll(async () => {
    server = new SMTPServer({
      authOptional: false,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth: ({ username, password }, _session, done) =>
        username === 'fairlead' && password === 'mail password'
          ? done(null, { user: username })
          : done(new Error('Wrong user or password')),
      onRcptTo: (_address, _session, done) => (refuse ? done(Object.assign(new Error('No such mailbox'), { responseCode: 550 })) : done()),
      onData: (stream, session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += String(chunk)));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map((one) => one.address), text });
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  const email = (password: string) =>
    createChannel(admin, {
      type: 'email',
      name: randomUUID(),
      siteCode: null,
      leastPriority: 3,
      topics: [],
      config: {
        to: ['duty@port.example', 'crane.shift@port.example'],
        from: 'fairlead@port.example',
        server: { host: '127.0.0.1', port: (server.server.address() as AddressInfo).port, secure: false, user: 'fairlead' },
      },
      secret: password,
    });

  it('of an alarm comes to every address, with what to do; and says the same Message-ID every time', async () => {
    await email('mail password');
    const gateway = await makeGateway();
    const about = { subject: gateway.id, siteId: gateway.siteId, gatewayId: gateway.id };
    await getDb().$transaction((tx) => raiseAlarm(tx, { kind: 'gateway_error', message: 'The slot\nhas failed', ...about }));
    await sendDue({ now: inTime(1000) });
    const [mail, ...more] = mails;
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ from: 'fairlead@port.example', to: ['duty@port.example', 'crane.shift@port.example'] });
    const [delivery] = await getDb().notificationDelivery.findMany({ where: { alarm: { gatewayId: gateway.id } } });
    expect(delivery).toMatchObject({ state: 'sent', responseStatus: 250 });
    expect(mail?.text).toContain(`Message-ID: <${delivery?.id}@localhost>`);
    expect(mail?.text).toContain(`X-Fairlead-Delivery: ${delivery?.id}`);
  });

  it('that is refused, or whose password is wrong, says why and is tried again', async () => {
    const { channelId } = await email('mail password');
    refuse = true;
    const refused = await test(channelId);
    await sendDue({ now: inTime(1000) });
    refuse = false;
    expect(await rowOf(refused)).toMatchObject({ state: 'pending', responseStatus: 550 });
    const wrong = await test((await email('another password')).channelId);
    await sendDue({ now: inTime(1000) });
    expect(await rowOf(wrong)).toMatchObject({ state: 'pending', responseStatus: 535 });
    await sendDue({ now: inTime(20_000) });
    expect((await rowOf(refused)).state).toBe('sent');
  });
});
