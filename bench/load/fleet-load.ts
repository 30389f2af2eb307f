/** A process of its own that is a fleet: one MQTT connection per gateway, progress at a given rate. Packets are written ready-made, so that it costs little. */
import mqtt, { type MqttClient } from 'mqtt';
import { topicFor } from '#/protocol/mqtt/topics';
import { sharedNowMs } from '../world/statistics';
import type { CommandSeen, LoadGateway, Offered, Probed, ToLoad } from './messages';

type Member = LoadGateway & { client: MqttClient; topic: Buffer; seq: number };

const TICK_MS = 5;
const CONNECTS_AT_ONCE = 50;

let fleet: Member[] = [];
let talkers: Member[] = [];
let published = 0;
let received = 0;
let nextTalker = 0;

async function connect({ url, secret, gateways, listen }: Extract<ToLoad, { kind: 'connect' }>): Promise<void> {
  await Promise.all(fleet.map((member) => member.client.endAsync(true)));
  fleet = [];
  const waiting = [...gateways];
  const work = async () => {
    for (let gateway = waiting.shift(); gateway; gateway = waiting.shift()) {
      const { id } = gateway;
      const client = await mqtt.connectAsync(url, {
        protocolVersion: 4,
        clientId: id,
        username: id,
        password: secret,
        clean: true,
        keepalive: 60,
      });
      if (listen) {
        client.on('message', () => process.send?.({ kind: 'command', gatewayId: id, atMs: sharedNowMs() } satisfies CommandSeen));
        await client.subscribeAsync(topicFor(id, 'cmd'), { qos: 1 });
      }
      await client.publishAsync(topicFor(id, 'presence'), '{"v":1,"online":true}', { qos: 1, retain: true });
      // Numbers that only grow, over connections as well, as the agent counts.
      fleet.push({ ...gateway, client, topic: Buffer.from(topicFor(id, 'progress')), seq: Date.now() });
    }
  };
  await Promise.all(Array.from({ length: CONNECTS_AT_ONCE }, work));
  talkers = fleet.filter((member) => member.jobId !== null);
  [published, received] = [0, 0];
  process.send?.({ kind: 'connected' });
}

/** One report of the next gateway in turn. */
function say(): void {
  const member = talkers[nextTalker % talkers.length];
  nextTalker += 1;
  if (!member) return;
  published += 1;
  sayProgress(member, 50);
}

function sayProgress(member: Member, percent: number): number {
  member.seq += 1;
  const report = {
    v: 1,
    jobId: member.jobId,
    attempt: 1,
    seq: member.seq,
    state: 'downloading',
    percent,
    bytesDone: member.seq,
    bytesTotal: 1_000_000_000,
    speedBytesPerSecond: 1_048_576,
    connections: 1,
    errors: 0,
    retries: 0,
    at: new Date().toISOString(),
  };
  member.client.stream.write(publishPacket(member.topic, Buffer.from(JSON.stringify(report))));
  return member.seq;
}

/** PUBLISH of MQTT 3.1.1 with QoS 0. */
function publishPacket(topic: Buffer, payload: Buffer): Buffer {
  let rest = 2 + topic.length + payload.length;
  const head = [0x30];
  do {
    head.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([...head, topic.length >> 8, topic.length & 0xff]), topic, payload]);
}

/** Calls `due(seconds since the start)` until it has said that many and the time is over. */
async function pace(seconds: number, due: (elapsedS: number) => number): Promise<void> {
  const startMs = performance.now();
  const before = published;
  for (;;) {
    const elapsedS = (performance.now() - startMs) / 1000;
    const wanted = due(Math.min(elapsedS, seconds));
    while (published - before < wanted) say();
    if (elapsedS >= seconds) return;
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

async function run(message: Extract<ToLoad, { kind: 'offer' | 'flood' }>): Promise<void> {
  const [startMs, before] = [performance.now(), published];
  if (message.kind === 'offer') await pace(message.seconds, (elapsedS) => Math.floor(elapsedS * message.perSecond));
  else await pace(message.seconds, () => received + message.window);
  const newest = talkers.map((member): [string, number] => [member.jobId ?? '', member.seq]);
  process.send?.({
    kind: 'offered',
    published: published - before,
    seconds: (performance.now() - startMs) / 1000,
    newest,
  } satisfies Offered);
}

async function probe({ gatewayId, count, everyMs }: Extract<ToLoad, { kind: 'probe' }>): Promise<void> {
  const member = fleet.find((one) => one.id === gatewayId);
  if (!member) throw new Error('no such gateway');
  // It no longer takes part in the common load.
  talkers = talkers.filter((one) => one !== member);
  const sent: [number, number][] = [];
  for (let index = 0; index < count; index += 1) {
    const atMs = sharedNowMs();
    sent.push([sayProgress(member, 1), atMs]);
    await new Promise((resolve) => setTimeout(resolve, everyMs * (0.5 + Math.random())));
  }
  process.send?.({ kind: 'probed', sent } satisfies Probed);
}

process.on('message', (message: ToLoad) => {
  if (message.kind === 'credit') received = message.received;
  else if (message.kind === 'connect') void connect(message);
  else if (message.kind === 'probe') void probe(message);
  else void run(message);
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
