/**
 * kill -9 of the real process, two hundred times at random instants of one update after another, against a real broker and
 * a real image server. After every death the disk must boot the old or the new version, whole, as it was reported.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FINAL_STATES } from '#/domain/jobs/job-machine';
import type { SlotId } from '#/domain/jobs/job-options';
import { decideBoot, otherSlot } from '../bootloader/decide-boot';
import { parseEnvironment } from '../slots/boot-environment';
import { slotFile } from '../slots/file-slots';
import { seededRandom } from '../storage/power-cut';
import { makeImage, sha256Of } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { type KillWorld, startKillWorld } from './kill-world';

/** KILL_COUNT and KILL_SEED make a shorter or another run. */
const KILLS = Number(process.env.KILL_COUNT ?? 200);
const GATEWAY = { gatewayId: 'G-KILL', secret: 'correct horse' };
const RESTART_STATUS = 75;
/** Bytes per second: slow enough for a kill in the middle, fast enough for many updates. */
const SPEED_LIMIT = 600_000;
const images = [makeImage('v1.0.0', 300_000), makeImage('v2.0.0', 310_000)] as const;

let folder: string;
let world: KillWorld;
const faults: string[] = [];
const random = seededRandom(Number(process.env.KILL_SEED ?? 9));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-kill-'));
  await build({
    entryPoints: [join(import.meta.dirname, 'kill-target.ts')],
    outfile: join(folder, 'agent.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Packages inside that are CommonJS ask for require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    alias: { '#': join(import.meta.dirname, '../..') },
    logLevel: 'error',
  });
  world = await startKillWorld(GATEWAY.gatewayId, GATEWAY.secret, [...images]);
  await writeFile(slotFile(folder, 'A'), images[0].bytes);
  const config = { folder, mqttUrl: world.mqttUrl, baseUrl: world.baseUrl, commandKey: world.commandKey, ...GATEWAY };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** The job that the server wants now, and what its end must have left on the disk. */
type Job = { jobId: string; from: SlotId; to: SlotId; oldVersion: string; newVersion: string };
let job: Job | null = null;
const ended: string[] = [];
/** Where the job stood, as far as the server knew, when the process was killed. */
const killedIn = new Map<string, number>();

const finalState = () => {
  const last = world.server.reports.at(-1);
  return job && last?.jobId === job.jobId && FINAL_STATES.has(last.state) ? last.state : null;
};

/** Orders the next update when the last one is over: the other image into the other slot. */
async function orderNext(): Promise<void> {
  const state = finalState();
  if (job && state === null) return;
  if (job && state) ended.push(state);
  const { slot, version } = await whatBoots();
  const next = version === images[0].version ? images[1] : images[0];
  const number = ended.length + 1;
  job = {
    jobId: `OTA-JOB-${String(number).padStart(5, '0')}`,
    from: slot,
    to: otherSlot(slot),
    oldVersion: version,
    newVersion: next.version,
  };
  const body = deployOrder(next, { jobId: job.jobId, targetSlot: job.to }, { speedLimitBytesPerSecond: SPEED_LIMIT });
  world.commands.push({ id: `c${number}`, seq: number, body, when: () => true });
}

/** What the bootloader would start from this disk; every slot that it might start must be whole. */
async function whatBoots(): Promise<{ slot: SlotId; version: string }> {
  const env = parseEnvironment(await readFile(join(folder, 'boot.env'), 'utf8').catch(() => ''));
  const { slot } = decideBoot(env);
  const candidates = env.upgrade_available === '1' ? ([slot, otherSlot(slot)] as const) : ([slot] as const);
  const versions = await Promise.all(candidates.map(async (id) => versionOf(await readFile(slotFile(folder, id)))));
  if (versions.includes(null)) faults.push(`a bootable slot is not whole: ${JSON.stringify({ env, versions })}`);
  return { slot, version: versions[0] ?? 'broken' };
}

function versionOf(bytes: Uint8Array): string | null {
  const sha256 = sha256Of(bytes);
  return images.find((image) => image.sha256 === sha256)?.version ?? null;
}

async function checkDisk(): Promise<void> {
  const { slot, version } = await whatBoots();
  if (!job) return;
  if (![job.oldVersion, job.newVersion].includes(version)) faults.push(`${version} would boot`);
  const state = finalState();
  if (
    state &&
    (slot !== (state === 'confirmed' ? job.to : job.from) || version !== (state === 'confirmed' ? job.newVersion : job.oldVersion))
  ) {
    faults.push(`${job.jobId} is reported as ${state}, but slot ${slot} with ${version} boots`);
  }
}

/** One life: until it is killed, or restarts itself. Resolves with whether it was killed. */
async function live(kill: 'at a time' | 'at a report' | 'never'): Promise<boolean> {
  const child: ChildProcess = spawn(process.execPath, [join(folder, 'agent.mjs'), join(folder, 'config.json')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (data) => {
    said += data;
  });
  const die = () => child.kill('SIGKILL');
  const timer = kill === 'at a time' ? setTimeout(die, 100 + random() * 900) : undefined;
  const countdown = 1 + Math.floor(random() * 14);
  let heard = 0;
  const over = new Promise<void>((resolve) => {
    world.onEvent = () => {
      heard += 1;
      if (kill === 'at a report' && heard === countdown) setTimeout(die, random() * 12);
      if (finalState()) {
        if (kill === 'never') resolve();
        else void orderNext();
      }
    };
  });
  const exit = new Promise<{ status: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (status, signal) => resolve({ status, signal }));
  });
  await Promise.race([exit, over]);
  clearTimeout(timer);
  if (kill === 'never') die();
  const { status, signal } = await exit;
  if (signal === null && status !== RESTART_STATUS) faults.push(`the process ended with ${status}: ${said.slice(0, 1500)}`);
  await checkDisk();
  const killed = signal !== null && kill !== 'never';
  const { state } = world.server.position;
  if (killed) killedIn.set(state, (killedIn.get(state) ?? 0) + 1);
  return killed;
}

it(`survives kill -9 ${KILLS} times`, { timeout: 360_000 }, async () => {
  const startedMs = performance.now();
  await orderNext();
  let kills = 0;
  let lives = 0;
  while (kills < KILLS && faults.length === 0) {
    lives += 1;
    if (await live(random() < 0.5 ? 'at a time' : 'at a report')) kills += 1;
    await orderNext();
  }
  // The last update goes to its end undisturbed.
  for (let life = 0; life < 6 && finalState() === null && faults.length === 0; life += 1) {
    lives += 1;
    await live('never');
  }
  expect([...faults, ...world.server.lies]).toEqual([]);
  expect(finalState()).not.toBeNull();
  const count = (state: string) => ended.filter((one) => one === state).length;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.info(
    `kill -9: ${kills} kills in ${lives} lives of the process, ${ended.length + 1} updates (${count('confirmed')} confirmed, ` +
      `${count('rolled_back')} rolled back), ${world.server.events.size} durable events without gap or change, ${seconds} s; killed in ${[...killedIn].map(([state, times]) => `${state} ${times}`).join(', ')}`,
  );
  expect(ended.length).toBeGreaterThan(KILLS / 20);
});
