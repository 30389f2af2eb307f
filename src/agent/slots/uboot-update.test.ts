/** Whole updates of the block + U-Boot adapter with the real fw_printenv and fw_setenv; the bootloader itself is played. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeImageManifest } from '#/domain/releases/image-manifest';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import type { DurableBody } from '#/protocol/mqtt/events';
import { createGrantDesk } from '../safety/grant-desk';
import { createNonces } from '../safety/nonces';
import { decideBoot } from '../bootloader/decide-boot';
import { systemClock } from '../clock';
import { openJournal } from '../journal/journal';
import { type Outbox, openOutbox } from '../outbox/outbox';
import type { UpdateEngine } from '../ports';
import { createNodeStorage } from '../storage/node-storage';
import { clearSignals } from '../testing/sim-gateway';
import { makeImage, type SimImage, serveInMemory } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';
import { openRecovery } from '../recovery/open-recovery';
import { createUpdateEngine } from '../update/engine';
import { createUbootEnvironment } from './uboot-environment';
import { openUbootSlots } from './uboot-slots';

const installed = (() => {
  try {
    execFileSync('fw_printenv', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const oldImage = makeImage('v5.0.4', 20_000);
const newImage = makeImage('v5.0.5', 30_000);
const storage = createNodeStorage();
let folder: string;
let server: SimServer;
let writes: number;
const file = (name: string) => join(folder, name);
const tools = () => ({ configPath: file('fw_env.config'), defaultsPath: file('defaults') });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-uboot-update-'));
  server = new SimServer([]);
  writes = 0;
  await writeFile(file('env'), new Uint8Array(0x8000));
  await writeFile(file('fw_env.config'), `${file('env')} 0x0 0x4000\n${file('env')} 0x4000 0x4000\n`);
  await writeFile(file('defaults'), 'boot_slot=A\nupgrade_available=0\nbootcount=0\nbootlimit=2\n');
  // Partitions are larger than their images.
  for (const [name, image] of [['a.img', oldImage] as const, ['b.img', makeImage('v5.0.3', 100)] as const]) {
    await writeFile(file(name), Buffer.concat([image.bytes, Buffer.alloc(60_000 - image.bytes.length)]));
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Power-on: U-Boot chooses, the kernel is told, the slot's os-release is what the running system shows. */
async function powerOn(badVersion?: string): Promise<void> {
  const env = createUbootEnvironment(tools());
  for (;;) {
    const decision = decideBoot(await env.read());
    if (Object.keys(decision.saves).length > 0) await env.write(decision.saves);
    const version = decodeImageManifest(await readFile(file(decision.slot === 'A' ? 'a.img' : 'b.img')))?.version ?? 'none';
    if (version === badVersion) continue;
    await writeFile(file('cmdline'), `quiet fairlead.slot=${decision.slot}\n`);
    return writeFile(file('os-release'), `IMAGE_VERSION=${version}\nPRETTY_NAME="Fairlead OS ${version}"\n`);
  }
}

async function agent(healthy = true): Promise<{ engine: UpdateEngine; outbox: Outbox; restarts: Promise<string> }> {
  const slots = await openUbootSlots({
    storage,
    clock: systemClock,
    devices: { A: file('a.img'), B: file('b.img') },
    tools: tools(),
    cmdlinePath: file('cmdline'),
    osReleasePath: file('os-release'),
  });
  const env = {
    read: slots.env.read,
    write: (changes: Readonly<Record<string, string>>) => {
      writes += 1;
      return slots.env.write(changes);
    },
  };
  const outbox = await openOutbox({ storage, folder: file('outbox'), clock: systemClock });
  let restart: (reason: string) => void = () => {};
  const restarts = new Promise<string>((resolve) => {
    restart = resolve;
  });
  const journal = await openJournal(storage, file('journal.json'));
  const reporter = { durable: async (body: DurableBody) => void (await outbox.append(body)), progress: () => {} };
  const grants = createGrantDesk({
    gatewayId: 'G-1',
    bootId: slots.bootId,
    clock: systemClock,
    journal,
    reporter,
    nonces: createNonces(systemClock),
    keys: () => [],
    policy: () => EXAMPLE_POLICY,
    silentForMs: () => 0,
  });
  const signals = { read: async () => clearSignals(systemClock) };
  const fetchHttp = serveInMemory(newImage.bytes, 8192);
  const webServer = { baseUrl: 'http://server', gatewayId: 'G-1', secret: 's' };
  const recovery = await openRecovery({
    ...{ storage, clock: systemClock, reporter, journal, signals, fetchHttp, server: webServer },
    dataFolder: file('agent'),
    folders: { data: file('own/data'), config: file('own/config'), logs: file('own/logs'), networkFiles: [] },
    recoveryImage: null,
    policy: () => EXAMPLE_POLICY,
    secrets: [],
    facts: async () => ({}),
    onError: () => {},
  });
  const engine = createUpdateEngine({
    clock: systemClock,
    storage,
    stagingFolder: file('staging'),
    slots: { ...slots, env },
    journal,
    reporter,
    grants,
    pinGrantKeys: async () => {},
    signals,
    recovery,
    rebooter: { reboot: async (reason) => restart(reason) },
    health: async () => (healthy ? { ok: true } : { ok: false, reason: 'no answer' }),
    fetchHttp,
    server: webServer,
  });
  outbox.onAppend((event) => server.take(event));
  await engine.start();
  return { engine, outbox, restarts };
}

const slotHolds = async (name: string, image: SimImage) => (await readFile(file(name))).subarray(0, image.bytes.length).equals(image.bytes);

describe.skipIf(!installed)('an update under U-Boot', () => {
  it('ends in the new slot with one environment write for the switch and one for the commit', async () => {
    await powerOn();
    const first = await agent();
    await first.engine.handle(deployOrder(newImage));
    await first.restarts;
    await first.engine.stop();
    expect(writes).toBe(1);
    expect(await createUbootEnvironment(tools()).read()).toMatchObject({
      boot_slot: 'B',
      upgrade_available: '1',
      fairlead_attempt: 'OTA-JOB-00001/1',
    });
    await powerOn();
    const second = await agent();
    await vi.waitFor(() => expect(server.position.state).toBe('confirmed'), { timeout: 30_000 });
    await second.engine.stop();
    expect(writes).toBe(2);
    expect(second.engine.view()).toMatchObject({
      activeSlot: 'B',
      slots: [{ version: 'v5.0.4' }, { version: 'v5.0.5', sha256: newImage.sha256 }],
    });
    expect(await slotHolds('a.img', oldImage)).toBe(true);
    expect(server.lies).toEqual([]);
  });

  it('goes on waiting for the restart when only the agent was restarted', async () => {
    await powerOn();
    const first = await agent();
    await first.engine.handle(deployOrder(newImage));
    await first.restarts;
    await first.engine.stop();
    const again = await agent();
    expect(await again.restarts).toContain('v5.0.5');
    expect(server.position.state).toBe('boot_pending');
    await again.engine.stop();
  });

  it('falls back from an image that does not boot, and from a version that is not healthy', async () => {
    await powerOn();
    const first = await agent();
    await first.engine.handle(deployOrder(newImage));
    await first.restarts;
    await first.engine.stop();
    await powerOn('v5.0.5');
    const second = await agent();
    await vi.waitFor(() => expect(server.position.state).toBe('rolled_back'), { timeout: 30_000 });
    expect(second.engine.view()).toMatchObject({ activeSlot: 'A', rollbackCount: 1 });
    await second.engine.handle(deployOrder(newImage, { attempt: 2 }));
    await second.restarts;
    await second.engine.stop();
    await powerOn();
    const third = await agent(false);
    expect(await third.restarts).toContain('no answer');
    await third.engine.stop();
    await powerOn();
    const fourth = await agent();
    await vi.waitFor(() => expect(server.reports.at(-1)).toMatchObject({ attempt: 2, state: 'rolled_back' }), { timeout: 30_000 });
    await fourth.engine.stop();
    expect(server.reports.at(-1)?.message).toContain('no answer');
    expect(server.lies).toEqual([]);
  });
});
