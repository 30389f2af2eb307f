/** The engine when the machine under it misbehaves: full disk, lying slot, lost journal, sick version. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFileEnvironment } from '../slots/boot-environment';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage, serveInMemory } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const oldImage = makeImage('v5.0.4', 4096);
const newImage = makeImage('v5.0.5', 60_000, ['rev-c']);

function freshDisk(): SimDisk {
  const disk = new SimDisk();
  disk.plant(slotFile(PATHS.slots, 'A'), oldImage.bytes);
  return disk;
}

async function start(more: Partial<SimPlant> = {}, disk = freshDisk()): Promise<SimGateway> {
  const gateway = await SimGateway.powerOn(disk, { clock: new SimClock(), server: new SimServer([]), image: newImage, ...more });
  onTestFinished(() => gateway.engine.stop());
  return gateway;
}

const last = (gateway: SimGateway) => gateway.plant.server.reports.at(-1);
const ends = (gateway: SimGateway, state: string) => vi.waitFor(() => expect(last(gateway)?.state).toBe(state), { timeout: 30_000 });
const logs = (gateway: SimGateway) =>
  [...gateway.plant.server.events.values()].flatMap(({ body }) => (body.type === 'log' ? body.entries.map((entry) => entry.message) : []));

describe('a job fails with a clear code', () => {
  it('when the disk is full, and frees what it took', async () => {
    const gateway = await start();
    gateway.disk.freeBytes = 40_000;
    await gateway.engine.handle(deployOrder(newImage));
    await ends(gateway, 'failed');
    expect(last(gateway)).toMatchObject({ errorCode: 'INSUFFICIENT_DISK_SPACE' });
    expect(await gateway.disk.storage().list(PATHS.staging)).toEqual([]);
  });

  it('when the server serves something else', async () => {
    const gateway = await start({ fetchHttp: serveInMemory(new Uint8Array(newImage.bytes.length), 4096) });
    await gateway.engine.handle(deployOrder(newImage));
    await ends(gateway, 'failed');
    expect(last(gateway)).toMatchObject({ errorCode: 'CHECKSUM_MISMATCH' });
  });

  it('when the slot cannot be written', async () => {
    const gateway = await start();
    gateway.disk.failing = /write .*slot-b.img 4096/;
    await gateway.engine.handle(deployOrder(newImage));
    await ends(gateway, 'failed');
    expect(last(gateway)).toMatchObject({ errorCode: 'INVALID_TARGET_PARTITION' });
    await vi.waitFor(() => expect(gateway.engine.view().slots[1]).toMatchObject({ status: 'empty' }), { timeout: 30_000 });
  });

  it('when the slot does not give back what was written', async () => {
    const gateway = await start();
    gateway.disk.onOperation = (_cut, label) => {
      // The medium swaps a sector on its way to durability.
      if (label === `sync ${slotFile(PATHS.slots, 'B')}`) gateway.disk.peek(slotFile(PATHS.slots, 'B'))?.fill(7, 512, 1024);
    };
    await gateway.engine.handle(deployOrder(newImage));
    await ends(gateway, 'failed');
    expect(last(gateway)).toMatchObject({ errorCode: 'CHECKSUM_MISMATCH', details: { where: 'slot' } });
  });

  it('when the image is for other hardware', async () => {
    const gateway = await start({ hardwareRevision: 'rev-a' });
    await gateway.engine.handle(deployOrder(newImage));
    await ends(gateway, 'failed');
    expect(last(gateway)).toMatchObject({ errorCode: 'INVALID_UPDATE_FILE', message: expect.stringContaining('rev-c') });
  });

  it('when the bootloader cannot be told, with the old slot next', async () => {
    const gateway = await start();
    gateway.disk.failing = /boot\.env/;
    await gateway.engine.handle(deployOrder(newImage));
    await ends(gateway, 'failed');
    expect(last(gateway)).toMatchObject({ errorCode: 'INTERNAL' });
    expect(gateway.engine.view().slots[0]).toMatchObject({ nextBoot: true });
  });
});

describe('a version that is not healthy', () => {
  it('is left again, but not while the crane is known to move', async () => {
    const first = await start();
    await first.engine.handle(deployOrder(newImage));
    await first.restarts;
    const clock = new SimClock();
    let looks = 0;
    const second = await start(
      {
        clock,
        server: first.plant.server,
        health: () => ({ ok: false, reason: 'the PLC is silent' }),
        signals: () => {
          const set = clearSignals(clock);
          looks += 1;
          if (set.crane_motion) set.crane_motion.value.moving = looks < 10;
          return set;
        },
      },
      first.disk.afterCut('killed', 0),
    );
    expect(await second.restarts).toContain('the PLC is silent');
    expect(looks).toBe(10);
    const third = await start({ server: first.plant.server }, second.disk.afterCut('killed', 0));
    await ends(third, 'rolled_back');
    expect(last(third)).toMatchObject({
      message: expect.stringContaining('the PLC is silent'),
      details: { decidedBy: 'agent', slot: 'A' },
    });
    await vi.waitFor(
      () => expect(third.engine.view()).toMatchObject({ activeSlot: 'A', rollbackCount: 1, slots: [{}, { status: 'failed' }] }),
      { timeout: 30_000 },
    );
  });
});

describe('a lost journal', () => {
  async function halfway(health: SimPlant['health'], bytes: Uint8Array) {
    const disk = freshDisk();
    disk.plant(slotFile(PATHS.slots, 'B'), newImage.bytes);
    disk.plant(PATHS.journal, bytes);
    await createFileEnvironment(disk.storage(), `${PATHS.slots}/boot.env`).write({
      boot_slot: 'B',
      upgrade_available: '1',
      bootcount: '0',
    });
    return start({ health }, disk);
  }

  it('is reported, and a healthy slot that it had switched to is kept', async () => {
    const gateway = await halfway(undefined, new Uint8Array(100));
    await vi.waitFor(async () => expect(await gateway.slots.env.read()).toMatchObject({ boot_slot: 'B', upgrade_available: '0' }), {
      timeout: 30_000,
    });
    await vi.waitFor(
      () => expect(logs(gateway)).toEqual([expect.stringContaining('journal cannot be read'), expect.stringContaining('healthy and kept')]),
      { timeout: 30_000 },
    );
    expect(gateway.engine.view()).toMatchObject({ activeSlot: 'B', job: null });
  });

  it('does not keep a sick slot', async () => {
    const gateway = await halfway(() => ({ ok: false, reason: 'no PLC' }), new Uint8Array(100));
    expect(await gateway.restarts).toContain('no PLC');
    expect(await gateway.slots.env.read()).toMatchObject({ boot_slot: 'A', upgrade_available: '0' });
  });
});

describe('a disk that is full at start', () => {
  it('does not keep the agent down: it settles when there is room again', async () => {
    const disk = freshDisk();
    await start({}, disk);
    disk.freeBytes = 0;
    const gateway = await start({}, disk.afterCut('killed', 0));
    gateway.disk.freeBytes = 0;
    const again = await SimGateway.powerOn(Object.assign(gateway.disk.afterCut('killed', 0), { freeBytes: 0 }), gateway.plant);
    expect(again.engine.view()).toMatchObject({ activeSlot: 'A' });
    again.disk.freeBytes = 1e6;
    expect(await again.engine.handle(deployOrder(newImage))).toMatchObject({ code: 'OK' });
    await again.restarts;
  });
});

it('the agent learns the hash of an image that was there from the start, and finds one that was changed', async () => {
  const disk = freshDisk();
  disk.plant(slotFile(PATHS.slots, 'B'), newImage.bytes);
  const first = await start({}, disk);
  const shas = (gateway: SimGateway) => gateway.engine.view().slots.map((slot) => slot.sha256);
  await vi.waitFor(() => expect(shas(first)).toEqual([oldImage.sha256, newImage.sha256]), { timeout: 30_000 });
  const after = first.disk.afterCut('killed', 0);
  after.plant(slotFile(PATHS.slots, 'B'), new Uint8Array(newImage.bytes.length));
  const second = await start({}, after);
  await vi.waitFor(() => expect(second.engine.view().slots[1]).toMatchObject({ status: 'failed' }), { timeout: 30_000 });
  expect(logs(second)).toEqual([expect.stringContaining('slot B does not hold')]);
});
