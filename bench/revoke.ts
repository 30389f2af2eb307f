/** (s) From the click that revokes an override until the gateway has dropped its grant, with a thousand connected gateways that talk. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { hashPin } from '#/server/access/pin-hash';
import { publicKeys } from '#/server/commands/signing-keys';
import { getDb } from '#/server/db/client';
import { approveOverride } from '#/server/overrides/approve-override';
import { requestOverride } from '#/server/overrides/request-override';
import { makePerson } from '#/server/testing/fleet-rows';
import { allOnline, openBareSubscriber } from './latency';
import type { GrantSeen, Offered, Probed, ToGrantAgents, ToLoad } from './load/messages';
import type { Figure } from './world/figure';
import { makeFleet } from './world/make-fleet';
import { type Program, startProgram } from './world/programs';
import { percentile, sharedNowMs } from './world/statistics';
import type { World } from './world/world';

type Person = Awaited<ReturnType<typeof makePerson>>;

const PIN = '482915';
const GIVE_UP_MS = 30_000;
const PROBE_EVERY_MS = 200;

export async function benchRevoke(world: World): Promise<Figure[]> {
  const [gateways, holders, revokes, perSecond] = world.quick ? [60, 5, 5, 200] : [1000, 100, 200, 2000];
  const fleet = await makeFleet(gateways, (index) => index < gateways - holders);
  const talkers = fleet.gateways.slice(0, gateways - holders);
  const holding = fleet.gateways.slice(gateways - holders).map(({ id }) => id);
  const [operator, supervisor] = await Promise.all([makePerson('operator'), makePerson('supervisor')]);
  await getDb().user.update({ where: { id: supervisor.userId }, data: { pinHash: await hashPin(PIN) } });
  const programs: Program[] = [];
  const start = async (script: string) => {
    const program = await startProgram(script, world.env);
    programs.push(program);
    return program;
  };
  try {
    await start('src/boot/broker.ts');
    await start('bench/load/bench-controller.ts');
    await start('src/boot/web.ts');
    const [load, agents] = [await start('bench/load/fleet-load.ts'), await start('bench/load/grant-agents.ts')];
    const { mqttUrl: url } = world;
    const connected = [load.next('connected'), agents.next('connected')];
    load.send({ kind: 'connect', url, secret: fleet.secret, gateways: talkers, listen: false } satisfies ToLoad);
    agents.send({
      url,
      secret: fleet.secret,
      gatewayIds: holding,
      folder: join(world.folder, 'grant-agents'),
      commandKeys: await publicKeys('command'),
      grantKeys: await publicKeys('grant'),
    } satisfies ToGrantAgents);
    await Promise.all(connected);
    await allOnline(fleet);
    // It is the load's own while it is measured; it ends with its process.
    const offered = load.next<Offered>('offered');
    const seconds = revokes * 2 + 10;
    load.send({ kind: 'offer', perSecond, seconds } satisfies ToLoad);
    const probe = talkers[0]?.id ?? '';
    const bare = await openBareSubscriber(world, probe);
    const probed = load.next<Probed>('probed');
    load.send({ kind: 'probe', gatewayId: probe, count: revokes, everyMs: PROBE_EVERY_MS } satisfies ToLoad);
    const times: number[] = [];
    // The first ones load code and pin keys: a running server has done so.
    for (let round = -Math.min(holders, 5); round < revokes; round += 1) {
      const gatewayId = holding[(round + holders) % holders] ?? '';
      const took = await grantAndRevoke(world, agents, gatewayId, operator, supervisor);
      if (round >= 0) times.push(took);
    }
    const { sent } = await probed;
    const { published, seconds: lasted } = await offered;
    await bare.close();
    const round = sent.flatMap(([seq, atMs]) => (bare.seenAtMs.has(seq) ? [(bare.seenAtMs.get(seq) ?? 0) - atMs] : []));
    const note = `${times.length} revokes on ${holders} of ${gateways} gateways, ${Math.round(published / lasted)} messages/s`;
    const row = (name: string, value: number, reference: number): Figure => ({
      group: 's',
      what: `revoke to agent (REST call → verified and in the gateway’s journal), ${name}`,
      value,
      unit: 'ms',
      aim: { atMost: 2000 },
      reference: { what: 'bare MQTT, publish → subscriber', value: reference, unit: 'ms' },
      note,
    });
    return [
      row('p50', percentile(times, 0.5), percentile(round, 0.5)),
      row('p99', percentile(times, 0.99), percentile(round, 0.99)),
      row('slowest', Math.max(...times), Math.max(...round)),
    ];
  } finally {
    for (const program of programs.reverse()) await program.stop();
  }
}

/** A whole life: asked for, approved with a PIN, accepted by the gateway and told; then the milliseconds that its revoke takes. */
async function grantAndRevoke(world: World, agents: Program, gatewayId: string, operator: Person, supervisor: Person): Promise<number> {
  const accepted = seen(agents, 'accepted', gatewayId);
  const { requests } = await requestOverride(operator.actor, {
    gatewayIds: [gatewayId],
    constraints: ['ups_battery'],
    durationSeconds: 1800,
    reasonCode: 'sensor_fault',
    reason: 'the battery is being replaced',
    measures: ['spotter on the quay'],
  });
  const request = requests[0];
  if (!request) throw new Error('no request was made');
  const { overrideId, requestHash } = request;
  await approveOverride(supervisor.actor, { overrideId, requestHash, pin: PIN });
  await accepted;
  await inForce(overrideId);
  const dropped = seen(agents, 'revoked', gatewayId);
  const clickedAtMs = sharedNowMs();
  const response = await fetch(`${world.webUrl}/v1/cloud-integration/safety/override`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ gateway_id: gatewayId, enable: false, override_id: overrideId, reason: 'measured' }),
  });
  const text = await response.text();
  if (response.status >= 300) throw new Error(`an override could not be revoked: ${response.status} ${text.slice(0, 300)}`);
  return (await dropped) - clickedAtMs;
}

/** When the gateway's agent said so. */
function seen(agents: Program, what: GrantSeen['what'], gatewayId: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      stop();
      reject(new Error(`the gateway has not ${what} the grant within ${GIVE_UP_MS / 1000} s`));
    }, GIVE_UP_MS);
    const stop = agents.onMessage((message) => {
      const said = message as GrantSeen;
      if (said.kind !== 'grant' || said.what !== what || said.gatewayId !== gatewayId) return;
      clearTimeout(limit);
      stop();
      resolve(said.atMs);
    });
  });
}

/** The server has heard that the gateway holds the grant. */
async function inForce(overrideId: string): Promise<void> {
  for (let tries = 0; tries < GIVE_UP_MS / 20; tries += 1) {
    const { state } = await getDb().overrideRequest.findUniqueOrThrow({ where: { id: overrideId }, select: { state: true } });
    if (state === 'active') return;
    await wait(20);
  }
  throw new Error(`override ${overrideId} has not become active`);
}
