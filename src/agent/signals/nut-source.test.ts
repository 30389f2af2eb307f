/** Against Debian's nut-server with its dummy driver, in a folder and on a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock';
import { listenOnFreePort } from '../testing/listen';
import { createNutSource, parseVariables, upsFromVariables } from './nut-source';

let folder: string;
let port: number;
const programs: ChildProcess[] = [];
const signal = () => new AbortController().signal;
const open = (ups = `demo@127.0.0.1:${port}`) => createNutSource({ name: 'UPS', ups, upsc: 'upsc', timeoutMs: 20_000 }, systemClock);

/** What the UPS says from now on; replaced as a whole, for the driver reads it whenever it changes. */
async function say(variables: Record<string, string | number>): Promise<void> {
  const lines = Object.entries(variables).map(([name, value]) => `${name}: ${value}\n`);
  await writeFile(join(folder, 'new.dev'), lines.join(''));
  await rename(join(folder, 'new.dev'), join(folder, 'demo.dev'));
}

function run(program: string, ...parameters: string[]): ChildProcess {
  const env = { ...process.env, NUT_CONFPATH: folder, NUT_STATEPATH: join(folder, 'run'), NUT_ALTPIDPATH: join(folder, 'run') };
  const child = spawn(program, parameters, { env, stdio: 'ignore' });
  programs.push(child);
  return child;
}

const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve));

const startDriver = () => run('/lib/nut/dummy-ups', '-F', '-a', 'demo', '-u', 'root');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-nut-'));
  await mkdir(join(folder, 'run'));
  await chmod(folder, 0o755);
  const probe = createServer();
  port = await listenOnFreePort(probe);
  await new Promise((resolve) => probe.close(resolve));
  await writeFile(join(folder, 'ups.conf'), `[demo]\ndriver = dummy-ups\nport = ${join(folder, 'demo.dev')}\nmode = dummy-once\n`);
  await writeFile(join(folder, 'upsd.conf'), `LISTEN 127.0.0.1 ${port}\nMAXAGE 15\n`);
  await writeFile(join(folder, 'upsd.users'), '');
  await say({ 'battery.charge': 97, 'battery.runtime': 1800, 'ups.status': 'OL' });
  startDriver();
  // Debian's /usr/sbin/upsd is a script that wants a configured system.
  run('/lib/nut/upsd', '-F', '-u', 'root');
  await vi.waitFor(() => open().read(signal()), 60_000);
});
afterAll(async () => {
  for (const program of programs) program.kill();
  await Promise.all(programs.map(ended));
  await rm(folder, { recursive: true, force: true });
});

describe('a UPS through NUT', () => {
  it('is asked with upsc', async () => {
    const askedMs = Date.now();
    const reading = await open().read(signal());
    expect(reading.ups_battery?.value).toEqual({ levelPercent: 97, onBattery: false, runtimeSeconds: 1800 });
    expect(reading.ups_battery?.sampledAtMs).toBeGreaterThanOrEqual(askedMs);
  });

  it('that does not exist, or whose server is not there, is a failure', async () => {
    await expect(open(`other@127.0.0.1:${port}`).read(signal())).rejects.toThrow(/Unknown UPS/i);
    await expect(open('demo@127.0.0.1:1').read(signal())).rejects.toThrow(/Connection/i);
  });

  it('tells the mains failure, and is a failure itself when its driver is gone', { timeout: 120_000 }, async () => {
    const [driver] = programs as [ChildProcess];
    driver.kill();
    await ended(driver);
    await vi.waitFor(() => expect(open().read(signal())).rejects.toThrow(/stale|not connected/i), 60_000);
    await say({ 'battery.charge': 64.5, 'battery.runtime': 700, 'ups.status': 'OB DISCHRG' });
    startDriver();
    await vi.waitFor(async () => {
      expect((await open().read(signal())).ups_battery?.value).toEqual({ levelPercent: 64.5, onBattery: true, runtimeSeconds: 700 });
    }, 60_000);
  });
});

describe('what upsc prints', () => {
  const ups = (text: string) => upsFromVariables(parseVariables(text));

  it('has a battery at its end when the UPS says so', () => {
    expect(ups('battery.charge: 41\nbattery.runtime: 900\nups.status: OB LB\n')).toEqual({
      levelPercent: 41,
      onBattery: true,
      runtimeSeconds: 0,
    });
    expect(ups('battery.charge: 100\nups.status: OL CHRG\n')).toEqual({ levelPercent: 100, onBattery: false, runtimeSeconds: null });
  });

  it.each(['ups.status: OL\n', 'battery.charge: 90\n', 'battery.charge: full\nups.status: OL\n', 'battery.charge: 90\nups.status: WAIT\n'])(
    'is no value when it says too little: %j',
    (text) => expect(() => ups(text)).toThrow('does not tell'),
  );

  it('is no value while the UPS is bypassed', () => {
    expect(() => ups('battery.charge: 90\nups.status: OL BYPASS\n')).toThrow('does not protect');
  });
});
