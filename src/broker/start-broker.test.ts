import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { topicFor } from '#/protocol/mqtt/topics';
import { CONTROLLER_USER } from '#/server/enrolment/controller-credential';
import { type Broker, startBroker } from './start-broker';

const [ONE, TWO] = ['11111111-1111-7111-8111-111111111111', '22222222-2222-7222-8222-222222222222'] as const;
const SECRET: Record<string, string> = { [ONE]: 'one', [TWO]: 'two' };
const PASSWORD = 'of the controller';

let broker: Broker;
let databaseIsAway = false;
const open: MqttClient[] = [];

beforeAll(async () => {
  const verify = async (id: string, secret: string) => {
    if (databaseIsAway) throw new Error('no database');
    return SECRET[id] === secret;
  };
  broker = await startBroker({ host: '127.0.0.1', port: 0, wsPort: 0, controllerPassword: PASSWORD, verify });
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.endAsync(true)));
  await broker.close();
});

async function connect(username: string, password: string, options: IClientOptions & { url?: string } = {}): Promise<MqttClient> {
  const { url = `mqtt://127.0.0.1:${broker.port}`, ...rest } = options;
  const clientId = username === CONTROLLER_USER ? `${CONTROLLER_USER}-${open.length}` : username;
  const client = await mqtt.connectAsync(url, { protocolVersion: 4, username, password, clientId, reconnectPeriod: 0, ...rest }, false);
  client.on('error', () => {});
  open.push(client);
  return client;
}
const controller = () => connect(CONTROLLER_USER, PASSWORD);

/** Topics and payloads that come to a client; what it may not hear is not asked about at the SUBACK but by delivery. */
async function listen(client: MqttClient, filters: string[]): Promise<string[]> {
  const heard: string[] = [];
  client.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString().slice(0, 40)}`));
  await client.subscribeAsync(filters, { qos: 1 }).catch(() => undefined);
  return heard;
}

describe('the embedded broker', () => {
  it('carries what a gateway says to the controller, and what the controller orders to that gateway alone', async () => {
    const [boss, one, two] = [await controller(), await connect(ONE, 'one'), await connect(TWO, 'two')];
    const atBoss = await listen(boss, [topicFor('+', 'event'), topicFor('+', 'presence')]);
    const atOne = await listen(one, [topicFor(ONE, 'cmd'), topicFor(ONE, 'confirm')]);
    // All that a curious gateway could ask for.
    const curious = ['#', '+/#', '$SYS/#', topicFor('+', 'cmd'), topicFor(ONE, 'cmd'), topicFor(ONE, 'event'), topicFor(TWO, 'cmd')];
    const atTwo: string[] = [];
    for (const filter of curious) atTwo.push(...(await listen(two, [filter])));
    const heardByTwo = await listen(two, [topicFor(TWO, 'cmd'), `fairlead/v1/g/${ONE}/down/+`, `$share/x/${topicFor(ONE, 'cmd')}`]);
    await one.publishAsync(topicFor(ONE, 'event'), 'said by one', { qos: 1 });
    await boss.publishAsync(topicFor(ONE, 'cmd'), 'for one', { qos: 1 });
    await boss.publishAsync(topicFor(TWO, 'cmd'), 'for two', { qos: 1 });
    await vi.waitFor(
      () => {
        expect(atBoss).toContain(`${topicFor(ONE, 'event')} said by one`);
        expect(atOne).toEqual([`${topicFor(ONE, 'cmd')} for one`]);
        expect(heardByTwo).toContain(`${topicFor(TWO, 'cmd')} for two`);
      },
      { timeout: 30_000 },
    );
    expect(heardByTwo.filter((text) => !text.startsWith(topicFor(TWO, 'cmd')))).toEqual([]);
    expect(atTwo).toEqual([]);
  });

  it.each([topicFor(TWO, 'event'), topicFor(ONE, 'cmd'), topicFor(TWO, 'cmd'), '$SYS/x', 'anything'])(
    'does not deliver what a gateway publishes to %s',
    async (topic) => {
      const boss = await controller();
      const heard = await listen(boss, [topicFor('+', 'event'), topicFor('+', 'progress')]);
      const one = await connect(ONE, 'one');
      const victim = await connect(TWO, 'two');
      const atVictim = await listen(victim, [topicFor(TWO, 'cmd')]);
      const closed = new Promise<void>((resolve) => one.once('close', () => resolve()));
      one.publish(topic, 'forged', { qos: 1 });
      // The broker ends the connection of who breaks the rules.
      await closed;
      const honest = await connect(ONE, 'one');
      await honest.publishAsync(topicFor(ONE, 'progress'), 'honest', { qos: 1 });
      await boss.publishAsync(topicFor(TWO, 'cmd'), 'order', { qos: 1 });
      await vi.waitFor(
        () => {
          expect(heard).toContain(`${topicFor(ONE, 'progress')} honest`);
          expect(atVictim).toEqual([`${topicFor(TWO, 'cmd')} order`]);
        },
        { timeout: 30_000 },
      );
      expect(heard.filter((text) => text.includes('forged'))).toEqual([]);
    },
  );

  it('does not deliver a last will to a foreign topic', async () => {
    const boss = await controller();
    const heard = await listen(boss, [topicFor('+', 'presence')]);
    const will = { topic: topicFor(TWO, 'presence'), payload: Buffer.from('forged will'), qos: 1, retain: true } as const;
    const one = await connect(ONE, 'one', { will });
    one.stream.destroy();
    const honest = await connect(ONE, 'one', { will: { ...will, topic: topicFor(ONE, 'presence'), payload: Buffer.from('gone') } });
    honest.stream.destroy();
    await vi.waitFor(() => expect(heard).toContain(`${topicFor(ONE, 'presence')} gone`), { timeout: 30_000 });
    expect(heard.filter((text) => text.includes('forged'))).toEqual([]);
  });

  it('refuses a wrong secret, a stranger, and the controller’s name without its password', async () => {
    for (const [user, secret] of [
      [ONE, 'two'],
      ['33333333-3333-7333-8333-333333333333', 'x'],
      [CONTROLLER_USER, 'guess'],
      ['', ''],
    ] as const) {
      await expect(connect(user, secret)).rejects.toMatchObject({ code: user === '' ? expect.anything() : 4 });
    }
  });

  it('refuses another’s client id: it would end that session and inherit what waits for it', async () => {
    const two = await connect(TWO, 'two');
    await expect(connect(ONE, 'one', { clientId: TWO })).rejects.toMatchObject({ code: 2 });
    await expect(connect(ONE, 'one', { clientId: 'anything' })).rejects.toMatchObject({ code: 2 });
    expect(two.connected).toBe(true);
  });

  it('says that it is unavailable, not that the secret is wrong, while credentials cannot be checked', async () => {
    databaseIsAway = true;
    await expect(connect(ONE, 'one')).rejects.toMatchObject({ code: 3 });
    databaseIsAway = false;
    expect((await connect(ONE, 'one')).connected).toBe(true);
  });

  it('drops a payload that is too large, and takes one that is just not', async () => {
    const boss = await controller();
    const sizes: number[] = [];
    boss.on('message', (_topic, payload) => sizes.push(payload.length));
    await boss.subscribeAsync(topicFor('+', 'event'), { qos: 1 });
    const one = await connect(ONE, 'one');
    await one.publishAsync(topicFor(ONE, 'event'), Buffer.alloc(512 * 1024), { qos: 1 });
    const closed = new Promise<void>((resolve) => one.once('close', () => resolve()));
    one.publish(topicFor(ONE, 'event'), Buffer.alloc(512 * 1024 + 1), { qos: 1 });
    await closed;
    const again = await connect(ONE, 'one');
    await again.publishAsync(topicFor(ONE, 'event'), Buffer.alloc(7), { qos: 1 });
    await vi.waitFor(() => expect(sizes).toContain(7), { timeout: 30_000 });
    expect(sizes).toEqual([512 * 1024, 7]);
  });

  it('keeps presence for controllers that come later, and nothing else', async () => {
    const one = await connect(ONE, 'one');
    await one.publishAsync(topicFor(ONE, 'presence'), 'here', { qos: 1, retain: true });
    await one.publishAsync(topicFor(ONE, 'event'), 'kept?', { qos: 1, retain: true });
    const late = await controller();
    const heard = await listen(late, [topicFor('+', 'event'), topicFor('+', 'presence')]);
    await one.publishAsync(topicFor(ONE, 'progress'), 'x', { qos: 1 });
    await vi.waitFor(() => expect(heard).toContain(`${topicFor(ONE, 'presence')} here`), { timeout: 30_000 });
    expect(heard.filter((text) => text.includes('kept?'))).toEqual([]);
  });

  it('leaves a gateway that takes its own session over as online: the old will comes before the new greeting', async () => {
    const boss = await controller();
    const heard = await listen(boss, [topicFor('+', 'presence')]);
    const will = { topic: topicFor(TWO, 'presence'), payload: Buffer.from('offline'), qos: 1, retain: true } as const;
    for (let round = 0; round < 5; round += 1) {
      const two = await connect(TWO, 'two', { will, clean: false });
      await two.publishAsync(topicFor(TWO, 'presence'), `online ${round}`, { qos: 1, retain: true });
    }
    await vi.waitFor(() => expect(heard).toContain(`${topicFor(TWO, 'presence')} online 4`), { timeout: 30_000 });
    expect(heard.filter((text) => text.startsWith(topicFor(TWO, 'presence'))).at(-1)).toBe(`${topicFor(TWO, 'presence')} online 4`);
  });

  it('keeps what is ordered while a gateway with a lasting session is away for a moment', async () => {
    const one = await connect(ONE, 'one', { clean: false });
    await one.subscribeAsync(topicFor(ONE, 'cmd'), { qos: 1 });
    one.stream.destroy();
    const boss = await controller();
    await boss.publishAsync(topicFor(ONE, 'cmd'), 'while away', { qos: 1 });
    const heard: string[] = [];
    const back = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, {
      protocolVersion: 4,
      username: ONE,
      password: 'one',
      clientId: ONE,
      clean: false,
    });
    back.on('message', (_topic, payload) => heard.push(payload.toString()));
    open.push(back);
    await vi.waitFor(() => expect(heard).toEqual(['while away']), { timeout: 30_000 });
  });

  it('speaks MQTT over WebSocket with the same rules', async () => {
    const boss = await controller();
    const heard = await listen(boss, [topicFor('+', 'event')]);
    const url = `ws://127.0.0.1:${broker.wsPort}`;
    const one = await connect(ONE, 'one', { url });
    await one.publishAsync(topicFor(ONE, 'event'), 'over ws', { qos: 1 });
    await vi.waitFor(() => expect(heard).toContain(`${topicFor(ONE, 'event')} over ws`), { timeout: 30_000 });
    await expect(connect(ONE, 'wrong', { url })).rejects.toMatchObject({ code: 4 });
  });

  it('names a port that is taken', async () => {
    const second = startBroker({ host: '127.0.0.1', port: broker.port, wsPort: null, controllerPassword: 'x', verify: async () => true });
    await expect(second).rejects.toThrow(`Port ${broker.port} is taken by another program. End that program, or set MQTT_PORT`);
  });
});
