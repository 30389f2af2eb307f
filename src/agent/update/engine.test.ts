import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SignalSet } from '#/domain/safety/signals';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import type { CommandBody } from '#/protocol/mqtt/commands';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage, serveInMemory } from '../testing/sim-images';
import { deployOrder, installOrder, JOB } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const oldImage = makeImage('v5.0.4', 4096);
const newImage = makeImage('v5.0.5', 60_000);

function freshDisk(): SimDisk {
  const disk = new SimDisk();
  disk.plant(slotFile(PATHS.slots, 'A'), oldImage.bytes);
  return disk;
}

async function start(more: Partial<SimPlant> = {}, disk = freshDisk()): Promise<SimGateway> {
  const plant: SimPlant = { clock: new SimClock(), server: new SimServer([]), image: newImage, ...more };
  const gateway = await SimGateway.powerOn(disk, plant);
  onTestFinished(async () => {
    await gateway.engine.stop();
  });
  return gateway;
}

/** Resolves when the server knows of the state. */
function reached(gateway: SimGateway, state: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!gateway.plant.server.states().includes(state)) return;
      stop();
      resolve();
    };
    const stop = gateway.outbox.onAppend(look);
    look();
  });
}

const states = (gateway: SimGateway) => gateway.plant.server.states();
const last = (gateway: SimGateway) => gateway.plant.server.reports.at(-1);
const order = (name: 'job.pause' | 'job.resume') => ({ name, ...JOB, reason: 'test' });
const cancelOrder = (cleanup: boolean): CommandBody => ({ name: 'job.cancel', ...JOB, reason: 'test', cleanup });
/** Signals that a test can change while the engine runs. */
function craneOf(clock: SimClock) {
  const crane = { moving: false, session: true };
  const signals = (): SignalSet => {
    const set = clearSignals(clock);
    if (set.crane_motion) set.crane_motion.value.moving = crane.moving;
    if (set.network_connectivity && !crane.session) set.network_connectivity.value.sessionAgeMs = null;
    return set;
  };
  return { crane, signals };
}

describe('an update', () => {
  it('goes from the order to the restart, boots the new slot, proves it and commits', async () => {
    const gateway = await start();
    expect(gateway.engine.view()).toMatchObject({ activeSlot: 'A', job: null, rollbackCount: 0 });
    expect(await gateway.engine.handle(deployOrder(newImage))).toMatchObject({ code: 'OK' });
    expect(await gateway.restarts).toContain('v5.0.5');
    expect(states(gateway)).toEqual(['accepted', 'downloading', 'downloaded', 'verifying', 'writing', 'written', 'boot_pending']);
    expect(gateway.engine.view().slots).toMatchObject([
      { id: 'A', version: 'v5.0.4', status: 'healthy', nextBoot: false },
      { id: 'B', version: 'v5.0.5', sha256: newImage.sha256, status: 'ready', nextBoot: true },
    ]);
    const phases = new Set(gateway.progress.map((report) => report.state));
    expect([...phases]).toEqual(['downloading', 'verifying', 'writing']);
    expect(gateway.progress.filter((report) => report.percent === 100)).toHaveLength(3);

    const next = await start({ server: gateway.plant.server, clock: gateway.plant.clock }, gateway.disk.afterCut('killed', 0));
    await next.over;
    expect(states(next).slice(-2)).toEqual(['booted_unconfirmed', 'confirmed']);
    expect(next.engine.view()).toMatchObject({ activeSlot: 'B', job: { state: 'confirmed' } });
    expect(await next.slots.env.read()).toMatchObject({ boot_slot: 'B', upgrade_available: '0', bootcount: '0' });
    await vi.waitFor(async () => expect(await next.disk.storage().list(PATHS.staging)).toEqual([]), { timeout: 30_000 });
    expect(next.plant.server.lies).toEqual([]);
  });

  it('rests after a download until it is told to install, and after the write until it may restart', async () => {
    const gateway = await start();
    await gateway.engine.handle(deployOrder(newImage, { intent: 'download' }));
    await reached(gateway, 'downloaded');
    await gateway.engine.handle(installOrder('seamless', { rebootAfter: false }));
    await reached(gateway, 'written');
    await vi.waitFor(() => expect(gateway.engine.view().slots[1]).toMatchObject({ version: 'v5.0.5', nextBoot: false }), {
      timeout: 30_000,
    });
    await gateway.engine.handle(installOrder('seamless', { rebootAfter: true }));
    await gateway.restarts;
    expect(states(gateway).at(-1)).toBe('boot_pending');
  });

  it('counts the reboot delay from the write', async () => {
    const gateway = await start();
    const startedMs = gateway.plant.clock.nowMs();
    await gateway.engine.handle(deployOrder(newImage, {}, { rebootDelaySeconds: 90 }));
    await gateway.restarts;
    expect(gateway.plant.clock.nowMs() - startedMs).toBeGreaterThanOrEqual(90_000);
    expect(gateway.plant.server.reports.find((report) => report.event === 'hold')?.holds).toMatchObject([{ kind: 'reboot_delay' }]);
  });

  it('waits for its maintenance window before the write, and holds when the window has passed', async () => {
    const gateway = await start();
    const atMs = gateway.plant.clock.nowMs();
    const notBeforeAt = new Date(atMs + 600_000).toISOString();
    const windowEndsAt = new Date(atMs + 1_200_000).toISOString();
    await gateway.engine.handle(deployOrder(newImage, { strategy: 'maintenance', notBeforeAt, windowEndsAt }));
    await gateway.restarts;
    expect(gateway.plant.clock.nowMs() - atMs).toBeGreaterThanOrEqual(600_000);
    expect(states(gateway)).toContain('waiting');

    const late = await start({ clock: new SimClock(atMs + 2_000_000) });
    await late.engine.handle(deployOrder(newImage, { strategy: 'maintenance', notBeforeAt, windowEndsAt }));
    await reached(late, 'waiting');
    expect(last(late)?.holds).toMatchObject([{ kind: 'maintenance_window', clearsWhen: expect.stringContaining('next window') }]);
  });
});

describe('interlocks', () => {
  it('do not stop download and write while the crane works; the restart waits and goes on by itself', async () => {
    const clock = new SimClock();
    const { crane, signals } = craneOf(clock);
    crane.moving = true;
    const gateway = await start({ clock, signals });
    await gateway.engine.handle(deployOrder(newImage));
    await reached(gateway, 'waiting');
    expect(states(gateway)).toEqual(['accepted', 'downloading', 'downloaded', 'verifying', 'writing', 'written', 'waiting']);
    expect(last(gateway)?.holds).toMatchObject([
      { kind: 'interlock', constraint: 'crane_motion', hard: true, message: 'an axis is moving' },
    ]);
    expect(await gateway.slots.env.read()).not.toMatchObject({ upgrade_available: '1' });
    crane.moving = false;
    await gateway.restarts;
    expect(states(gateway).slice(-3)).toEqual(['waiting', 'written', 'boot_pending']);
  });

  it('refuse an immediate update', async () => {
    const clock = new SimClock();
    const { crane, signals } = craneOf(clock);
    crane.moving = true;
    const gateway = await start({ clock, signals });
    await gateway.engine.handle(deployOrder(newImage, { strategy: 'immediate' }));
    await reached(gateway, 'failed');
    expect(last(gateway)).toMatchObject({ event: 'fail', errorCode: 'UPDATE_BLOCKED' });
  });

  it.each(['seamless', 'immediate'] as const)('that come between switch and restart hold it (%s)', async (strategy) => {
    const clock = new SimClock();
    const { crane, signals } = craneOf(clock);
    const gateway = await start({ clock, signals });
    // The motion begins while the switch is written.
    gateway.disk.onOperation = (_cut, label) => {
      if (label.includes('boot.env')) crane.moving = true;
    };
    await gateway.engine.handle(deployOrder(newImage, { strategy }));
    if (strategy === 'immediate') {
      await reached(gateway, 'rolled_back');
      expect(await gateway.slots.env.read()).toMatchObject({ boot_slot: 'A', upgrade_available: '0' });
      await vi.waitFor(() => expect(gateway.engine.view().slots[1]).toMatchObject({ status: 'ready', nextBoot: false }), {
        timeout: 30_000,
      });
      return;
    }
    const logged = new Promise<void>((resolve) => {
      gateway.outbox.onAppend(({ body }) => body.type === 'log' && body.entries[0]?.message.includes('the reboot waits') && resolve());
    });
    await logged;
    expect(gateway.engine.view().job?.state).toBe('boot_pending');
    gateway.disk.onOperation = null;
    crane.moving = false;
    await gateway.restarts;
  });

  it('hold when the signals cannot be read at all', async () => {
    const gateway = await start({
      signals: () => {
        throw new Error('the PLC is off');
      },
    });
    await gateway.engine.handle(deployOrder(newImage));
    await reached(gateway, 'waiting');
    expect(last(gateway)?.holds.map((hold) => hold.kind)).toEqual(['network', 'disk']);
  });

  it('hold the restart without a session: a gateway that lost the link goes no further', async () => {
    const clock = new SimClock();
    const { crane, signals } = craneOf(clock);
    crane.session = false;
    const gateway = await start({ clock, signals });
    await gateway.engine.handle(deployOrder(newImage));
    await reached(gateway, 'waiting');
    expect(last(gateway)?.holds).toMatchObject([{ kind: 'network', hard: true }]);
    expect(states(gateway)).toContain('written');
  });

  it('follow the settings of the server', async () => {
    const clock = new SimClock();
    const signals = () => {
      const set = clearSignals(clock);
      if (set.ups_battery) set.ups_battery.value.levelPercent = 40;
      return set;
    };
    const gateway = await start({ clock, signals });
    const settings = defaultSettings('UTC');
    settings.safety_constraints.minimum_battery_level = 50;
    await gateway.engine.handle({ name: 'settings.apply', version: 3, settings });
    expect(await gateway.engine.handle({ name: 'settings.apply', version: 2, settings: defaultSettings('UTC') })).toMatchObject({
      code: 'OK',
    });
    expect(gateway.journal.read().settings?.version).toBe(3);
    await gateway.engine.handle(deployOrder(newImage));
    await reached(gateway, 'waiting');
    expect(last(gateway)?.holds).toMatchObject([{ constraint: 'ups_battery', hard: false }]);
  });
});

describe('commands', () => {
  it('refuse what cannot be', async () => {
    const gateway = await start();
    const codes = async (body: CommandBody) => (await gateway.engine.handle(body)).code;
    expect(await codes(deployOrder(newImage, { targetSlot: 'A' }))).toBe('TARGET_IS_ACTIVE_SLOT');
    expect(await codes(deployOrder(newImage, { sizeBytes: 2e6 }))).toBe('SLOT_TOO_SMALL');
    expect(await codes(installOrder())).toBe('JOB_UNKNOWN');
    expect(await codes(order('job.pause'))).toBe('JOB_UNKNOWN');
    expect(await codes(cancelOrder(true))).toBe('JOB_UNKNOWN');
    await gateway.engine.handle(deployOrder(newImage, {}, { rebootAfter: false }));
    expect(await codes(deployOrder(newImage, {}, { rebootAfter: false }))).toBe('OK');
    expect(await codes(deployOrder(newImage, { jobId: 'OTA-JOB-00002' }))).toBe('JOB_BUSY');
    await reached(gateway, 'written');
    await gateway.engine.handle(cancelOrder(true));
    expect(await codes(cancelOrder(true))).toBe('OK');
    expect(await codes(order('job.resume'))).toBe('JOB_STATE_CONFLICT');
    expect(await codes(installOrder())).toBe('JOB_STATE_CONFLICT');
    expect(await codes(deployOrder(newImage, { attempt: 2 }))).toBe('OK');
    expect(await codes(deployOrder(newImage))).toBe('JOB_STATE_CONFLICT');
  });

  it('past the switch nothing is cancelled or paused', async () => {
    const gateway = await start();
    await gateway.engine.handle(deployOrder(newImage));
    await gateway.restarts;
    expect((await gateway.engine.handle(cancelOrder(true))).code).toBe('JOB_PAST_NO_RETURN');
    expect((await gateway.engine.handle(order('job.pause'))).code).toBe('JOB_PAST_NO_RETURN');
    expect((await gateway.engine.handle(installOrder())).code).toBe('OK');
  });

  it('pause stops a download, resume goes on from its bytes', async () => {
    const asked: (string | null)[] = [];
    const serve = serveInMemory(newImage.bytes, 1024);
    let pausing: Promise<unknown> = Promise.resolve();
    const gateway: SimGateway = await start({
      fetchHttp: async (url, init) => {
        asked.push(new Headers(init?.headers).get('range'));
        return serve(url, init);
      },
    });
    gateway.disk.onOperation = (_cut, label) => {
      if (!label.includes('.part 20480+')) return;
      gateway.disk.onOperation = null;
      pausing = gateway.engine.handle(order('job.pause'));
    };
    await gateway.engine.handle(deployOrder(newImage));
    await reached(gateway, 'paused');
    expect(await pausing).toMatchObject({ code: 'OK' });
    expect((await gateway.engine.handle(order('job.pause'))).code).toBe('OK');
    await gateway.engine.handle(order('job.resume'));
    await gateway.restarts;
    expect(asked).toHaveLength(2);
    expect(Number(asked[1]?.slice(6, -1))).toBeGreaterThan(20_000);
  });

  it('a cancel while writing leaves the slot empty and says what was removed', async () => {
    const gateway = await start();
    let cancelling: Promise<unknown> = Promise.resolve();
    gateway.disk.onOperation = (_cut, label) => {
      if (!label.includes('slot-b.img 20480+')) return;
      gateway.disk.onOperation = null;
      cancelling = gateway.engine.handle(cancelOrder(true));
    };
    await gateway.engine.handle(deployOrder(newImage));
    await reached(gateway, 'cancelled');
    expect(await cancelling).toMatchObject({ code: 'OK', details: { cleanupPerformed: true, partialDataRemoved: true } });
    await vi.waitFor(() => expect(gateway.engine.view().slots[1]).toMatchObject({ status: 'empty', version: null, sha256: null }), {
      timeout: 30_000,
    });
    expect(await gateway.disk.storage().list(PATHS.staging)).toEqual([]);
    expect(last(gateway)?.details).toMatchObject({ cleanupPerformed: true, partialDataRemoved: true });
  });

  it('a new download takes the place of one that only rests, and reuses its bytes', async () => {
    let requests = 0;
    const serve = serveInMemory(newImage.bytes, 4096);
    const gateway = await start({
      fetchHttp: (url, init) => {
        requests += 1;
        return serve(url, init);
      },
    });
    await gateway.engine.handle(deployOrder(newImage, { intent: 'download' }));
    await reached(gateway, 'downloaded');
    await gateway.engine.handle(deployOrder(newImage, { jobId: 'OTA-JOB-00002' }));
    await gateway.restarts;
    expect(states(gateway)).toContain('cancelled');
    expect(requests).toBe(1);
    expect(gateway.engine.view().job).toEqual({ jobId: 'OTA-JOB-00002', state: 'boot_pending' });
  });
});
