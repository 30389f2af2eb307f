/** The whole way through a broker of one's own: Mosquitto with docs/mosquitto.conf, two controllers with shared subscriptions. */
import { randomUUID } from 'node:crypto';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { topicFor } from '#/protocol/mqtt/topics';
import { getDb } from '#/server/db/client';
import { CONTROLLER_USER } from '#/server/enrolment/controller-credential';
import { enqueueCommand } from '#/server/outbox/enqueue-command';
import { type Controller, startController } from './start-controller';
import { makeGateway, makeJob, type TestGateway } from './testing/make-gateway';
import { findMosquitto, type Mosquitto, startMosquitto } from './testing/start-mosquitto';
import { connectDevice, type Device, durable, HAPPY_PATH, hello, jobReport } from './testing/wire-device';

const program = findMosquitto();
if (program === null)
  process.stderr.write('Skipped: Mosquitto is not installed (apt-get install mosquitto), so the tests with it do not run.\n');

const PASSWORD = 'of the controllers';
const FLEET = 6;

describe.skipIf(program === null)('with Mosquitto', () => {
  let mosquitto: Mosquitto;
  let gateways: TestGateway[];
  let controllers: Controller[];
  const devices: Device[] = [];

  beforeAll(async () => {
    gateways = await Promise.all(Array.from({ length: FLEET }, () => makeGateway({ bootId: null })));
    const rows = await getDb().gateway.findMany({ select: { id: true, credentialVerifier: true } });
    mosquitto = await startMosquitto(program ?? '', PASSWORD, new Map(rows.map((row) => [row.id, row.credentialVerifier ?? ''])));
    controllers = [0, 1].map(() =>
      startController({ mqttUrl: mosquitto.controllerUrl, mqttPassword: PASSWORD, shared: true, ownWork: false }),
    );
    await Promise.all(controllers.map((controller) => controller.connected()));
    for (const gateway of gateways) devices.push(await connectDevice(mosquitto.url, gateway));
  });
  afterAll(async () => {
    await Promise.all(devices.map((device) => device.client.endAsync(true)));
    await Promise.all(controllers.map((controller) => controller.stop()));
    await mosquitto.stop();
  });

  const waitFor = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 30 });
  const stranger = async (gateway: TestGateway, options: mqtt.IClientOptions = {}) => {
    const login = { username: gateway.id, password: gateway.secret, clientId: gateway.id, reconnectPeriod: 0, protocolVersion: 4 } as const;
    const client = await mqtt.connectAsync(mosquitto.url, { ...login, ...options }, false);
    client.on('error', () => {});
    return client;
  };

  it('presence comes to the controllers', async () => {
    await waitFor(async () => expect(await getDb().gateway.count({ where: { connected: true } })).toBe(FLEET));
  });

  it('a whole update of each gateway is followed in order, though its messages go to either controller', async () => {
    const epoch = randomUUID();
    const jobs = await Promise.all(gateways.map((gateway) => makeJob(gateway)));
    for (const [index, device] of devices.entries()) {
      const bodies = [hello(), ...HAPPY_PATH.map(([event, state], step) => jobReport(jobs[index] ?? '', step + 1, event, state))];
      for (const [n, body] of bodies.entries())
        device.client.publish(topicFor(gateways[index]?.id ?? '', 'event'), JSON.stringify(durable(epoch, n + 1, body)), { qos: 1 });
    }
    for (const device of devices) await waitFor(() => expect(device.confirms.map(({ n }) => n)).toContain(HAPPY_PATH.length + 1));
    const rows = await getDb().job.findMany({ where: { id: { in: jobs } }, include: { events: { orderBy: { id: 'asc' } } } });
    for (const job of rows) {
      expect(job.state).toBe('confirmed');
      expect(job.events.map((event) => event.message)).toEqual(HAPPY_PATH.map(([event], step) => `${step + 1} ${event}`));
    }
  });

  it('progress is written, and commands come in order, once each', async () => {
    const [gateway, device] = [gateways[0] as TestGateway, devices[0] as Device];
    const jobId = await makeJob(gateway, 'downloading');
    const common = { v: 1, jobId, attempt: 1, state: 'downloading', bytesTotal: 100, speedBytesPerSecond: 1, at: new Date().toISOString() };
    for (let seq = 1; seq <= 50; seq += 1) await device.say('progress', { ...common, seq, percent: seq, bytesDone: seq });
    await waitFor(async () =>
      expect(await getDb().job.findUnique({ where: { id: jobId } })).toMatchObject({ progressSeq: 50n, percent: 50 }),
    );
    const body = { name: 'job.pause', jobId, attempt: 1, reason: '' } as const;
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1)
      ids.push((await getDb().$transaction((tx) => enqueueCommand(tx, gateway.id, body))).commandId);
    const { eventEpoch, lastEventN } = await getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } });
    for (const [index, id] of ids.entries()) {
      await waitFor(() => expect(device.commands).toHaveLength(index + 1));
      const result = { type: 'command_result', commandId: id, seq: index + 1, code: 'OK', message: '', details: {} } as const;
      await device.say('event', durable(eventEpoch ?? '', Number(lastEventN) + index + 1, result));
    }
    const sent = device.commands.map(
      (jws) => (JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }).jti,
    );
    expect(sent).toEqual(ids);
  });

  it('a wrong secret is refused', async () => {
    await expect(stranger(gateways[1] as TestGateway, { password: 'wrong' })).rejects.toMatchObject({ code: 5 });
  });

  it('a gateway neither publishes nor hears on foreign topics: judged by delivery', async () => {
    const [thief, victim] = [gateways[1] as TestGateway, gateways[2] as TestGateway];
    await devices[1]?.client.endAsync(true);
    const client = await stranger(thief);
    const heard: string[] = [];
    client.on('message', (topic) => heard.push(topic));
    for (const filter of [
      '#',
      topicFor('+', 'cmd'),
      topicFor(victim.id, 'cmd'),
      topicFor(victim.id, 'event'),
      '$SYS/#',
      topicFor(thief.id, 'cmd'),
    ]) {
      await client.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
    }
    // Forged words of the victim, and a forged order for it.
    const before = await getDb().gateway.findUniqueOrThrow({ where: { id: victim.id } });
    const forged = durable(before.eventEpoch ?? '', Number(before.lastEventN) + 1, hello({ osVersion: 'forged' }));
    for (const topic of [topicFor(victim.id, 'event'), topicFor(victim.id, 'cmd'), topicFor(thief.id, 'cmd')]) {
      await client.publishAsync(topic, JSON.stringify(forged), { qos: 1 }).catch(() => undefined);
    }
    const boss = await mqtt.connectAsync(mosquitto.controllerUrl, { username: CONTROLLER_USER, password: PASSWORD, protocolVersion: 4 });
    const atVictim = devices[2]?.commands.length ?? 0;
    await boss.publishAsync(topicFor(victim.id, 'cmd'), 'order for the victim', { qos: 1 });
    await boss.publishAsync(topicFor(thief.id, 'cmd'), 'order for the thief', { qos: 1 });
    await waitFor(() => {
      expect(heard).toContain(topicFor(thief.id, 'cmd'));
      expect(devices[2]?.commands.slice(atVictim)).toEqual(['order for the victim']);
    });
    expect(heard.filter((topic) => topic !== topicFor(thief.id, 'cmd'))).toEqual([]);
    expect(await getDb().gateway.findUnique({ where: { id: victim.id } })).toMatchObject({
      osVersion: 'linux',
      lastEventN: before.lastEventN,
    });
    await Promise.all([client.endAsync(true), boss.endAsync(true)]);
  });

  it('a gateway cannot take over another one’s session by its client id', async () => {
    const [thief, victim] = [gateways[1] as TestGateway, devices[3] as Device];
    const closed = vi.fn();
    victim.client.on('close', closed);
    const client = await stranger(thief, { clientId: gateways[3]?.id ?? '', clean: false });
    await client.publishAsync(topicFor(thief.id, 'progress'), 'x', { qos: 1 });
    expect(closed).not.toHaveBeenCalled();
    await client.endAsync(true);
  });

  it('a payload that is too large is not delivered', async () => {
    const gateway = gateways[4] as TestGateway;
    await devices[4]?.client.endAsync(true);
    const boss = await mqtt.connectAsync(mosquitto.controllerUrl, { username: CONTROLLER_USER, password: PASSWORD, protocolVersion: 4 });
    const sizes: number[] = [];
    boss.on('message', (_topic, payload) => sizes.push(payload.length));
    await boss.subscribeAsync(topicFor(gateway.id, 'event').replace(gateway.id, '+'), { qos: 1 });
    const client = await stranger(gateway);
    // Mosquitto acknowledges it to a client of MQTT 3.1.1 and drops it: only Fairlead's own confirmation counts.
    await client.publishAsync(topicFor(gateway.id, 'event'), Buffer.alloc(600 * 1024), { qos: 1 });
    await client.publishAsync(topicFor(gateway.id, 'event'), Buffer.alloc(3), { qos: 1 });
    await waitFor(() => expect(sizes).toContain(3));
    expect(sizes).toEqual([3]);
    await Promise.all([client.endAsync(true), boss.endAsync(true)]);
  });

  it('a gateway that takes its own session over stays online', async () => {
    const gateway = gateways[5] as TestGateway;
    const boss = await mqtt.connectAsync(mosquitto.controllerUrl, { username: CONTROLLER_USER, password: PASSWORD, protocolVersion: 4 });
    const heard: string[] = [];
    boss.on('message', (topic, payload) => topic.includes(gateway.id) && heard.push(payload.toString()));
    await boss.subscribeAsync(topicFor('+', 'presence'), { qos: 1 });
    await devices[5]?.client.endAsync(true);
    for (let round = 0; round < 3; round += 1) {
      const will = {
        topic: topicFor(gateway.id, 'presence'),
        payload: Buffer.from('{"v":1,"online":false}'),
        qos: 1,
        retain: true,
      } as const;
      const client = await stranger(gateway, { will, clean: false });
      await client.publishAsync(topicFor(gateway.id, 'presence'), JSON.stringify({ v: 1, online: true, bootId: `${round}` }), {
        qos: 1,
        retain: true,
      });
    }
    await waitFor(() => expect(heard.some((text) => text.includes('"bootId":"2"'))).toBe(true));
    expect(heard.at(-1)).toContain('"online":true');
    await boss.endAsync(true);
  });
});
