/** (a) Progress messages from MQTT to committed rows, on the embedded broker and on Mosquitto, against the broker alone. */
import { setTimeout as wait } from 'node:timers/promises';
import { getPool } from '#/server/db/client';
import { findMosquitto, startMosquitto } from '../src/controller/testing/start-mosquitto';
import type { Counts, Offered, ToLoad } from './load/messages';
import type { Figure } from './world/figure';
import { type BenchFleet, makeFleet } from './world/make-fleet';
import { type Program, startProgram } from './world/programs';
import type { World } from './world/world';

const PASSWORD = 'of the controllers of the benchmark';
const SETTLE_LIMIT_MS = 30_000;
/** The ceiling's window: small enough that nothing piles up, large enough that nobody waits. */
const WINDOW = 5000;
const POLL_MS = 20;
/** The time until the last message is in counts as well, so that not quite the whole rate can be reached. */
const CARRIED_SHARE = 0.99;

type Broker = { name: string; url: string; controllerEnv: Record<string, string>; stop(): Promise<void> };
type Run = { offered: Offered; received: number; carriedPerS: number; lost: number; settledMs: number; cpuShare: number };

export async function benchIngest(world: World): Promise<Figure[]> {
  const fleet = await makeFleet(world.quick ? 50 : 500, () => true);
  const figures: Figure[] = [];
  const starts = [() => startAedes(world), () => startOwnMosquitto(fleet)];
  for (const start of starts) {
    const broker = await start();
    if (broker === null) continue;
    try {
      figures.push(...(await benchBroker(world, fleet, broker)));
    } finally {
      await broker.stop();
    }
  }
  return figures;
}

async function benchBroker(world: World, fleet: BenchFleet, broker: Broker): Promise<Figure[]> {
  const env = { ...world.env, ...broker.controllerEnv };
  const load = await startProgram('bench/load/fleet-load.ts', world.env);
  const [sustainedS, burstS, ceilingS] = world.quick ? [2, 1, 1] : [60, 10, 10];
  const [sustained, burst] = world.quick ? [1000, 2000] : [10_000, 20_000];
  try {
    const controller = await startProgram('bench/load/bench-controller.ts', env);
    await connectFleet(load, broker.url, fleet);
    const steady = await offer(load, controller, { kind: 'offer', perSecond: sustained, seconds: sustainedS });
    const short = await offer(load, controller, { kind: 'offer', perSecond: burst, seconds: burstS });
    const ceiling = await offer(load, controller, { kind: 'flood', seconds: ceilingS, window: WINDOW });
    await controller.stop();
    const subscriber = await startProgram('bench/load/empty-subscriber.ts', env);
    const alone = await offer(load, subscriber, { kind: 'flood', seconds: ceilingS, window: WINDOW }, false);
    await subscriber.stop();
    const group = 'a';
    return [
      {
        group,
        what: `${broker.name}: carried, ${sustained.toLocaleString('en-US')}/s offered for ${sustainedS} s`,
        value: steady.carriedPerS,
        unit: 'messages/s',
        ...(world.quick ? {} : { aim: { atLeast: sustained * CARRIED_SHARE } }),
        note: words(steady),
      },
      {
        group,
        what: `${broker.name}: lost of ${steady.offered.published.toLocaleString('en-US')}, sustained`,
        value: steady.lost,
        unit: '',
        aim: { atMost: 0 },
      },
      {
        group,
        what: `${broker.name}: carried, ${burst.toLocaleString('en-US')}/s offered for ${burstS} s`,
        value: short.carriedPerS,
        unit: 'messages/s',
        ...(world.quick ? {} : { aim: { atLeast: burst * CARRIED_SHARE } }),
        note: words(short),
      },
      {
        group,
        what: `${broker.name}: lost of ${short.offered.published.toLocaleString('en-US')}, burst`,
        value: short.lost,
        unit: '',
        aim: { atMost: 0 },
      },
      {
        group,
        what: `${broker.name}: ceiling, to committed rows`,
        value: ceiling.carriedPerS,
        unit: 'messages/s',
        reference: { what: 'the broker alone to an empty subscriber', value: alone.carriedPerS, unit: 'messages/s' },
        note: `${words(ceiling)}; lost ${ceiling.lost}`,
      },
    ];
  } finally {
    await load.stop();
  }
}

function words(run: Run): string {
  return `published ${Math.round(run.offered.published / run.offered.seconds).toLocaleString('en-US')}/s, the newest of every job committed ${Math.round(run.settledMs)} ms after the last publish, controller at ${run.cpuShare.toFixed(2)} of a core`;
}

async function connectFleet(load: Program, url: string, fleet: BenchFleet): Promise<void> {
  const connected = load.next<{ kind: 'connected' }>('connected');
  load.send({ kind: 'connect', url, secret: fleet.secret, gateways: fleet.gateways, listen: false } satisfies ToLoad);
  await connected;
}

async function count(program: Program): Promise<Counts> {
  const counts = program.next<Counts>('counts');
  program.send({ kind: 'count' });
  return counts;
}

/** Waits until nothing more comes: greetings and leftovers are not part of the run. */
async function quiet(program: Program): Promise<Counts> {
  let last = await count(program);
  for (;;) {
    await wait(300);
    const now = await count(program);
    if (now.received === last.received) return now;
    last = now;
  }
}

async function offer(load: Program, receiver: Program, message: ToLoad, stores = true): Promise<Run> {
  const before = await quiet(receiver);
  const startedMs = performance.now();
  let over = false;
  const done = load.next<Offered>('offered').then((offered) => {
    over = true;
    return offered;
  });
  load.send({ kind: 'credit', received: 0 } satisfies ToLoad);
  load.send(message);
  while (!over) {
    const now = await count(receiver);
    load.send({ kind: 'credit', received: now.received - before.received } satisfies ToLoad);
    await wait(POLL_MS);
  }
  const offered = await done;
  const endedMs = performance.now();
  // The last one that comes ends the run: what piles up counts against the rate.
  let now = await count(receiver);
  let lastMs = performance.now();
  for (
    let seen = now.received;
    performance.now() - lastMs < 1000 && now.received - before.received < offered.published;
    seen = now.received
  ) {
    await wait(POLL_MS);
    now = await count(receiver);
    if (now.received > seen) lastMs = performance.now();
  }
  const received = now.received - before.received;
  const seconds = (Math.max(lastMs, endedMs) - startedMs) / 1000;
  const behind = stores ? await jobsBehind(offered.newest) : 0;
  return {
    offered,
    received,
    carriedPerS: received / seconds,
    lost: offered.published - received + (now.dropped - before.dropped) + behind,
    settledMs: performance.now() - endedMs,
    cpuShare: (now.cpuMs - before.cpuMs) / (seconds * 1000),
  };
}

/** How many jobs do not show their newest report, once all do or the patience is over. */
async function jobsBehind(newest: Offered['newest']): Promise<number> {
  const sinceMs = performance.now();
  for (;;) {
    const { rows } = await getPool().query<{ behind: number }>(
      `SELECT count(*)::int AS behind FROM UNNEST($1::text[], $2::bigint[]) AS n(id, seq) LEFT JOIN "Job" j ON j.id = n.id WHERE j."progressSeq" IS DISTINCT FROM n.seq`,
      [newest.map(([id]) => id), newest.map(([, seq]) => seq)],
    );
    const behind = rows[0]?.behind ?? 0;
    if (behind === 0 || performance.now() - sinceMs > SETTLE_LIMIT_MS) return behind;
    await wait(POLL_MS);
  }
}

async function startAedes(world: World): Promise<Broker> {
  const program = await startProgram('src/boot/broker.ts', world.env);
  return { name: 'embedded broker', url: world.mqttUrl, controllerEnv: {}, stop: () => program.stop() };
}

async function startOwnMosquitto(fleet: BenchFleet): Promise<Broker | null> {
  const program = findMosquitto();
  if (program === null) {
    process.stderr.write('  Mosquitto is not installed (apt-get install mosquitto): ingest is measured on the embedded broker only.\n');
    return null;
  }
  const mosquitto = await startMosquitto(program, PASSWORD, new Map(fleet.gateways.map(({ id }) => [id, fleet.verifier])));
  return {
    name: 'Mosquitto',
    url: mosquitto.url,
    controllerEnv: { MQTT_URL: mosquitto.controllerUrl, MQTT_PASSWORD: PASSWORD },
    stop: () => mosquitto.stop(),
  };
}
