/**
 * kill -9 of the gateway program while grants are in play: its UPS is too weak to write and to restart without one. A grant is
 * given whenever the job waits for one; whatever instant the process dies at, none is used twice and nothing is done without.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleProgram } from './bundle-program';
import { LEAN_ENV } from '../host/lean-memory';
import { slotFile } from '../slots/file-slots';
import { seededRandom } from '../storage/power-cut';
import { openGrantOffice, UPS_GRANT } from '../testing/grant-office';
import { makeImage, sha256Of } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { grantCommands } from './crash-grants';
import { type KillWorld, startKillWorld } from './kill-world';

/** KILL_SEED makes another run. */
const SEED = Number(process.env.KILL_SEED ?? 21);
const GATEWAYS = 4;
const KILLS_EACH = 5;
const GRANTS = 80;
const [oldImage, newImage] = [makeImage('v1.0.0', 300_000), makeImage('v2.0.0', 310_000)];

let root: string;
let program: string;
const worlds: KillWorld[] = [];
/** Ends of the program that nobody asked for. */
const faults: string[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fairlead-kill-grants-'));
  program = await bundleProgram(root);
});
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.close()));
  await rm(root, { recursive: true, force: true });
});

/** A gateway with a battery of 25 %, and a server that gives a grant for what its job waits to do. */
async function prepare(seed: number): Promise<{ world: KillWorld; folder: string }> {
  const gatewayId = `G-GRANT-${seed}`;
  const office = await openGrantOffice();
  const world = await startKillWorld(gatewayId, 'correct horse', [newImage], office.keys);
  worlds.push(world);
  world.prepare = async (body) => {
    if (body.name !== 'grant.offer' || world.place === null) return body;
    const op = world.server.position.heldState === 'written' ? 'O3' : 'O2';
    const grant = await office.sign({ aud: gatewayId, ...world.place }, Date.now(), { ...UPS_GRANT, op, jti: body.grant });
    return { name: 'grant.offer', grant };
  };
  world.commands.push({ id: 'deploy', seq: 1, body: deployOrder(newImage), when: () => true }, ...grantCommands(GRANTS));
  const folder = join(root, String(seed));
  await mkdir(folder);
  await writeFile(slotFile(folder, 'A'), oldImage.bytes);
  const config = {
    serverUrl: world.baseUrl,
    dataFolder: join(folder, 'data'),
    enrolmentToken: 'a one-time token for the kill test',
    serialNumber: gatewayId,
    model: 'test',
    hardwareRevision: 'rev-c',
    slots: { kind: 'file', folder, capacityBytes: 10_000_000 },
    health: { kind: 'session', deadlineSeconds: 20, everySeconds: 0.02 },
    signals: [{ kind: 'script', craneKind: 'rmg', duty: 'parked', seed: 1, upsPercent: 25 }],
    limits: { holdSeconds: { acs_collision: 0, ups_battery: 0, network_connectivity: 0 } },
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return { world, folder };
}

/** Where a job stands when a grant counts: what it says then starts the clock of a kill. */
const NEAR_A_GRANT = new Set(['hold', 'resume', 'start_write', 'finish_write', 'switch_slot']);

/** One life: until it is killed shortly after the so-manieth word about a grant or its act (null: never), or the job is over. */
async function live(world: KillWorld, folder: string, kill: { words: number; afterMs: number } | null): Promise<void> {
  const env = { ...process.env, ...LEAN_ENV, NODE_COMPILE_CACHE: join(root, 'compiled') };
  const child = spawn(process.execPath, [program, '--config', join(folder, 'config.json')], { stdio: ['ignore', 'ignore', 'pipe'], env });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = `${said}${data}`.slice(-3000);
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (status, signal) => {
      if (signal === null) faults.push(`the process ended with ${status}: ${said}`);
      resolve();
    });
  });
  let heard = 0;
  const over = new Promise<void>((resolve) => {
    world.onEvent = () => {
      const body = [...world.server.events.values()].at(-1)?.body;
      if (body?.type === 'grant' || (body?.type === 'job' && NEAR_A_GRANT.has(body.event))) heard += 1;
      if (kill !== null && heard === kill.words) setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
      if (world.server.isOver()) resolve();
    };
  });
  await Promise.race([gone, over]);
  child.kill('SIGKILL');
  await gone;
}

it(`kill -9 with grants in play: ${GATEWAYS * KILLS_EACH} kills`, { timeout: 240_000 }, async () => {
  const prepared = await Promise.all(Array.from({ length: GATEWAYS }, (_, at) => prepare(SEED + at)));
  const counts = { kills: 0, offered: 0, accepted: 0, used: 0, most: 0, lostByRestart: 0 };
  await Promise.all(
    prepared.map(async ({ world, folder }, at) => {
      const random = seededRandom(SEED + at);
      for (let kill = 0; kill < KILLS_EACH && !world.server.isOver() && faults.length === 0; kill += 1) {
        await live(world, folder, { words: 1 + Math.floor(random() * 3), afterMs: random() * 40 });
        counts.kills += 1;
      }
      if (!world.server.isOver() && faults.length === 0) await live(world, folder, null);
    }),
  );
  expect(faults).toEqual([]);
  for (const { world, folder } of prepared) {
    const bodies = [...world.server.events.values()].map(({ body }) => body);
    const grants = bodies.flatMap((body) => (body.type === 'grant' ? [body] : []));
    const used = grants.filter(({ state }) => state === 'used').map(({ grantId }) => grantId);
    const acts = bodies.filter((body) => body.type === 'job' && (body.event === 'finish_write' || body.event === 'switch_slot'));
    // The write and the switch, each under a grant of its own.
    expect(acts).toHaveLength(2);
    expect(used.length).toBeGreaterThanOrEqual(acts.length);
    expect(new Set(used).size, `uses: ${used}`).toBe(used.length);
    expect(world.server.lies).toEqual([]);
    expect(world.server.position.state).toBe('confirmed');
    expect(sha256Of(await readFile(slotFile(folder, 'B')))).toBe(newImage.sha256);
    counts.offered += [...world.server.answers.keys()].filter((id) => id.startsWith('grant-')).length;
    counts.accepted += grants.filter(({ state }) => state === 'accepted').length;
    counts.used += used.length;
    counts.most = Math.max(counts.most, used.length);
    counts.lostByRestart += grants.filter(({ code }) => code === 'GRANT_WRONG_BOOT').length;
  }
  console.info(
    `kill -9 with grants: ${counts.kills} kills of ${GATEWAYS} gateway programs, ${counts.offered} offers answered, ${counts.accepted} accepted, ` +
      `${counts.used} used, each once (${counts.most} of one gateway at most), ${counts.lostByRestart} void by a restart`,
  );
  expect(counts.kills).toBeGreaterThan(GATEWAYS);
  expect(counts.lostByRestart).toBeGreaterThan(0);
});
