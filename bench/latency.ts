/** (b) From the click to the agent and from the agent to the browser, with a thousand connected gateways that talk. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import { WebSocket } from 'ws';
import { topicFor } from '#/protocol/mqtt/topics';
import { systemActor } from '#/server/access/actor';
import { createTokenFor } from '#/server/access/create-token';
import { createUser } from '#/server/access/create-user';
import { getDb } from '#/server/db/client';
import { CONTROLLER_USER, controllerPassword } from '#/server/enrolment/controller-credential';
import type { CommandSeen, Offered, Probed, ToLoad } from './load/messages';
import type { Figure } from './world/figure';
import { type BenchFleet, makeFleet } from './world/make-fleet';
import { startProgram } from './world/programs';
import { percentile, sharedNowMs } from './world/statistics';
import type { World } from './world/world';

const PROBE_EVERY_MS = 100;
const LAST_MESSAGE_MS = 3000;

export async function benchLatency(world: World): Promise<Figure[]> {
  const { quick } = world;
  const [gateways, perSecond, clicks, probes] = quick ? [60, 200, 5, 10] : [1000, 2000, 200, 200];
  // The last ones are idle: an update is started on each of them once.
  const fleet = await makeFleet(gateways, (index) => index < gateways - clicks);
  const idle = fleet.gateways.slice(gateways - clicks);
  const release = await makeRelease();
  const token = await makeToken();
  const programs = [];
  try {
    programs.push(await startProgram('src/boot/broker.ts', world.env));
    programs.push(await startProgram('bench/load/bench-controller.ts', world.env));
    programs.push(await startProgram('src/boot/web.ts', world.env));
    const load = await startProgram('bench/load/fleet-load.ts', world.env);
    programs.push(load);
    const connected = load.next<{ kind: 'connected' }>('connected');
    load.send({ kind: 'connect', url: world.mqttUrl, secret: fleet.secret, gateways: fleet.gateways, listen: true } satisfies ToLoad);
    await connected;
    await allOnline(fleet);
    const probe = fleet.gateways[0]?.id ?? '';
    const browser = await openBrowser(world, token, probe);
    const bare = await openBareSubscriber(world, probe);
    const seconds = Math.max((clicks * 60) / 1000 + 5, (probes * PROBE_EVERY_MS) / 1000 + 5);
    const offered = load.next<Offered>('offered');
    load.send({ kind: 'offer', perSecond, seconds } satisfies ToLoad);
    // The first clicks load code: a running server has done so.
    await wait(1000);
    const probed = load.next<Probed>('probed');
    load.send({ kind: 'probe', gatewayId: probe, count: probes, everyMs: PROBE_EVERY_MS } satisfies ToLoad);
    const click = await clickAll(
      world,
      token,
      release,
      idle.map((one) => one.id),
      load.onMessage,
    );
    const { sent } = await probed;
    await wait(LAST_MESSAGE_MS);
    browser.close();
    await bare.close();
    const { published, seconds: took } = await offered;
    const toBrowser = sent.flatMap(([seq, atMs]) => (browser.seenAtMs.has(seq) ? [(browser.seenAtMs.get(seq) ?? 0) - atMs] : []));
    const round = sent.flatMap(([seq, atMs]) => (bare.seenAtMs.has(seq) ? [(bare.seenAtMs.get(seq) ?? 0) - atMs] : []));
    const under = `${gateways} gateways, ${Math.round(published / took)} messages/s`;
    return [
      ...pair(
        'click to agent (REST call → signed command at the gateway)',
        click,
        percentiles(round),
        `${click.length} of ${clicks} clicks, ${under}`,
      ),
      ...pair(
        'agent to browser (publish → WebSocket)',
        toBrowser,
        percentiles(round),
        `${toBrowser.length} of ${sent.length} reports seen (the newest within a flush is sent), ${under}`,
      ),
    ];
  } finally {
    for (const program of programs.reverse()) await program.stop();
  }
}

const percentiles = (samples: readonly number[]) => ({ p50: percentile(samples, 0.5), p99: percentile(samples, 0.99) });

function pair(what: string, samples: readonly number[], bare: { p50: number; p99: number }, note: string): Figure[] {
  const { p50, p99 } = percentiles(samples);
  const reference = (value: number) => ({ what: 'bare MQTT, publish → subscriber', value, unit: 'ms' });
  return [
    { group: 'b', what: `${what}, p50`, value: p50, unit: 'ms', aim: { atMost: 80 }, reference: reference(bare.p50), note },
    { group: 'b', what: `${what}, p99`, value: p99, unit: 'ms', aim: { atMost: 250 }, reference: reference(bare.p99), note },
  ];
}

/** Starts an update on each gateway, one after another, and takes the time until its command is there. */
async function clickAll(
  world: World,
  token: string,
  release: { id: string; version: string },
  gatewayIds: string[],
  onMessage: (listener: (message: { kind?: string }) => void) => () => void,
): Promise<number[]> {
  const seenAtMs = new Map<string, number>();
  const stop = onMessage((message) => {
    if (message.kind !== 'command') return;
    const seen = message as CommandSeen;
    if (!seenAtMs.has(seen.gatewayId)) seenAtMs.set(seen.gatewayId, seen.atMs);
  });
  const clickedAtMs = new Map<string, number>();
  for (const gatewayId of gatewayIds) {
    clickedAtMs.set(gatewayId, sharedNowMs());
    const response = await fetch(`${world.webUrl}/v1/cloud-integration/updates/download`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': gatewayId },
      body: JSON.stringify({ gateway_id: gatewayId, update_id: release.id, version: release.version, target_partition: 'B' }),
    });
    const text = await response.text();
    if (response.status >= 300) throw new Error(`an update could not be started: ${response.status} ${text.slice(0, 300)}`);
    await wait(20);
  }
  await wait(LAST_MESSAGE_MS);
  stop();
  return [...clickedAtMs].flatMap(([id, atMs]) => (seenAtMs.has(id) ? [(seenAtMs.get(id) ?? 0) - atMs] : []));
}

type Seen = { seenAtMs: Map<number, number> };

async function openBrowser(world: World, token: string, gatewayId: string): Promise<Seen & { close(): void }> {
  const address = `${world.webUrl.replace('http', 'ws')}/v1/cloud-integration/ws/updates?gateway_id=${gatewayId}`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } });
  const seenAtMs = new Map<number, number>();
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as { type?: string; details?: { bytes_written_bytes?: number } };
    if (message.type === 'progress_update') seenAtMs.set(message.details?.bytes_written_bytes ?? 0, sharedNowMs());
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { seenAtMs, close: () => socket.close() };
}

/** Sees the progress of a gateway as the broker passes it on: the round that everything else is held against. */
export async function openBareSubscriber(world: World, gatewayId: string): Promise<Seen & { close(): Promise<void> }> {
  const password = controllerPassword(world.env.FAIRLEAD_SECRET ?? '');
  const client = await mqtt.connectAsync(world.mqttUrl, { protocolVersion: 4, username: CONTROLLER_USER, password });
  const seenAtMs = new Map<number, number>();
  client.on('message', (_topic, payload) => {
    seenAtMs.set((JSON.parse(payload.toString()) as { seq: number }).seq, sharedNowMs());
  });
  await client.subscribeAsync(topicFor(gatewayId, 'progress'), { qos: 1 });
  return { seenAtMs, close: () => client.endAsync(true) };
}

async function makeRelease(): Promise<{ id: string; version: string }> {
  const sha256 = randomBytes(32).toString('hex');
  await getDb().artifact.create({ data: { sha256, sizeBytes: 1_000_000n } });
  const version = 'v9.0.0';
  const about = { channel: 'stable', type: 'feature', severity: 'normal', description: 'bench' };
  return getDb().release.create({ data: { version, versionSortKey: version, artifactSha256: sha256, releasedAt: new Date(), ...about } });
}

async function makeToken(): Promise<string> {
  const actor = systemActor('bench');
  const { email } = await createUser(actor, {
    email: 'bench@example.com',
    name: 'Bench',
    password: randomBytes(18).toString('hex'),
    role: 'supervisor',
  });
  return (await createTokenFor(actor, email, { name: 'bench' })).token;
}

/** Resolves when the server knows every gateway of the fleet as connected. */
export async function allOnline(fleet: BenchFleet): Promise<void> {
  for (let tries = 0; tries < 1800; tries += 1) {
    const online = await getDb().gateway.count({ where: { siteId: fleet.siteId, connected: true } });
    if (online === fleet.gateways.length) return;
    await wait(100);
  }
  throw new Error('not every gateway has come online within three minutes');
}
