/** (e) Memory of the whole process tree of `npm start -- --no-demo`, and how long it takes until the first page. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Figure } from './world/figure';
import { PROJECT } from './world/programs';
import { freePort, type World } from './world/world';

const START_LIMIT_MS = 180_000;

type Started = { child: ChildProcess; firstPageMs: number };

export async function benchMemory(world: World): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'fairlead-bench-home-'));
  const [port, mqttPort, wsPort] = [await freePort(), await freePort(), await freePort()];
  const env = cleanEnv({
    FAIRLEAD_HOME: home,
    PORT: String(port),
    MQTT_PORT: String(mqttPort),
    MQTT_WS_PORT: String(wsPort),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
  });
  const idleMs = world.quick ? 1000 : 30_000;
  try {
    // What is stale is built before the clock runs.
    build();
    const first = await start(env, port);
    await stop(first.child);
    build();
    const again = await start(env, port);
    await wait(idleMs);
    const tree = await memoryOf(again.child.pid ?? 0);
    await stop(again.child);
    const bare = await bareNode();
    const group = 'e';
    const parts = tree.parts.map(({ name, bytes }) => `${name} ${megabytes(bytes).toFixed(0)}`).join(', ');
    return [
      {
        group,
        what: `all in one, idle for ${idleMs / 1000} s, without demo (PSS)`,
        value: megabytes(tree.bytes),
        unit: 'MB',
        aim: { atMost: 450 },
        reference: { what: 'one empty node process', value: megabytes(bare), unit: 'MB' },
        note: `MB by process: ${parts}`,
      },
      {
        group,
        what: 'start to first page, built, new data folder',
        value: first.firstPageMs / 1000,
        unit: 's',
        note: 'makes the database',
      },
      {
        group,
        what: 'start to first page, later',
        value: again.firstPageMs / 1000,
        unit: 's',
        aim: { atMost: 6 },
        reference: await bareStart(),
      },
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const megabytes = (bytes: number) => bytes / 1e6;

/** This process's environment without what belongs to the benchmark's own world. */
function cleanEnv(more: Record<string, string>): NodeJS.ProcessEnv {
  const { DATABASE_URL: _url, FAIRLEAD_SECRET: _secret, PUBLIC_URL: _public, PUBLIC_MQTT_URL: _mqtt, ...rest } = process.env;
  return { ...rest, ...more };
}

function build(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: PROJECT, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function start(env: NodeJS.ProcessEnv, port: number): Promise<Started> {
  const startMs = performance.now();
  const child = spawn(process.execPath, ['scripts/start.mjs', '--no-demo'], { cwd: PROJECT, env, stdio: ['ignore', 'ignore', 'inherit'] });
  while (performance.now() - startMs < START_LIMIT_MS) {
    if (child.exitCode !== null) throw new Error(`npm start has ended with ${child.exitCode}`);
    const status = await fetch(`http://127.0.0.1:${port}/sign-in`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return { child, firstPageMs: performance.now() - startMs };
    await wait(50);
  }
  await stop(child);
  throw new Error('no page within the time');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

type Memory = { bytes: number; parts: { name: string; bytes: number }[] };

/** Proportional set size of a process and all below it: shared pages count once. */
async function memoryOf(root: number): Promise<Memory> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const belongs = (pid: number): boolean => pid === root || (pid > 1 && belongs(parents.get(pid) ?? 0));
  const parts = new Map<string, number>();
  for (const pid of [...parents.keys()].filter(belongs)) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const script = command.find((part) => /\.(mjs|ts)$/.test(part));
    const name = /postgres/.test(command[0] ?? '') ? 'postgres' : (script ?? command[0] ?? '').split('/').at(-1) || 'ended';
    parts.set(name, (parts.get(name) ?? 0) + Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024);
  }
  const list = [...parts].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { bytes: list.reduce((sum, part) => sum + part.bytes, 0), parts: list };
}

async function bareNode(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  await wait(1000);
  const { bytes } = await memoryOf(child.pid ?? 0);
  await stop(child);
  return bytes;
}

async function bareStart(): Promise<{ what: string; value: number; unit: string }> {
  const startMs = performance.now();
  await once(spawn(process.execPath, ['-e', ''], { stdio: 'ignore' }), 'exit');
  return { what: 'an empty node process', value: (performance.now() - startMs) / 1000, unit: 's' };
}
