/**
 * kill -9 of the gateway program (src/boot/agent.ts, bundled), two hundred times at random instants of one job after another,
 * updates and recoveries in turn and debug bundles beside them, against a real broker and a real image server. After every
 * death the disk must boot the old or the new version, whole, as it was reported, with the data that belong to it. Six gateways
 * die side by side, for most of their life is waiting.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleProgram } from './bundle-program';
import { makeImage } from '../testing/sim-images';
import { KillRun } from './kill-run';

/** KILL_COUNT and KILL_SEED make a shorter or another run. */
const KILLS = Number(process.env.KILL_COUNT ?? 200);
const SEED = Number(process.env.KILL_SEED ?? 9);
const GATEWAYS = 6;
const second = makeImage('v2.0.0', 310_000);
/** One of the two comes compressed, with the decompressor that is the bundle's own. */
const xz = execFileSync('xz', ['-c'], { input: second.bytes });
const images = [makeImage('v1.0.0', 300_000), { ...second, packed: { file: xz, compression: 'xz' } }] as const;

let folder: string;
let runs: KillRun[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-kill-'));
  const program = await bundleProgram(folder);
  const seeds = Array.from({ length: GATEWAYS }, (_, index) => SEED + index);
  runs = await Promise.all(seeds.map((seed) => KillRun.prepare(program, join(folder, String(seed)), images, seed)));
});
afterAll(async () => {
  await Promise.all(runs.map((run) => run.world.close()));
  await rm(folder, { recursive: true, force: true });
});

it(`survives kill -9 ${KILLS} times`, { timeout: 360_000 }, async () => {
  const startedMs = performance.now();
  await Promise.all(runs.map((run) => run.run(Math.ceil(KILLS / GATEWAYS))));
  expect(runs.flatMap((run) => [...run.faults, ...run.world.server.lies])).toEqual([]);
  const ended = runs.flatMap((run) => run.ended);
  const killedIn = runs.flatMap((run) => run.killedIn);
  const sum = (count: (run: KillRun) => number) => runs.reduce((total, run) => total + count(run), 0);
  const tell = (states: string[]) =>
    [...new Set(states)].map((state) => `${state} ${states.filter((one) => one === state).length}`).join(', ');
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.info(
    `kill -9: ${killedIn.length} kills of ${GATEWAYS} gateway programs in ${seconds} s, ${sum((run) => run.world.server.boots.size)} boots, ` +
      `${ended.length} jobs (${tell(ended)}), ${sum((run) => run.world.server.events.size)} durable events without gap or change; killed in ${tell(killedIn)}`,
  );
  expect(killedIn.length).toBeGreaterThanOrEqual(KILLS);
  // How far one comes between two kills is the machine's: each has ended its last one, some more than that.
  expect(ended.length).toBeGreaterThan(GATEWAYS);
  const bundles = sum((run) => run.world.server.bundleEnds.size);
  console.info(`kill -9: ${bundles} debug bundles beside the jobs, each sent whole and told once`);
  expect(bundles).toBeGreaterThan(0);
});
