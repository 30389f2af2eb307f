import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SignalSet } from '#/domain/safety/signals';
import type { CommandBody } from '#/protocol/mqtt/commands';
import type { HealthResult } from '../health/health-check';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage } from '../testing/sim-images';
import { deployOrder, JOB } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const oldImage = makeImage('v5.0.4', 4096);
const newImage = makeImage('v5.0.5', 6000);
const decide = (decision: 'keep' | 'roll_back'): CommandBody => ({ name: 'job.decide', ...JOB, decision, reason: 'as agreed' });

/** What a test changes while the gateway runs. */
type Plant = { health: HealthResult; moving: boolean; asked: number; blind: boolean };

async function powerOn(plant: SimPlant, disk: SimDisk): Promise<SimGateway> {
  const gateway = await SimGateway.powerOn(disk, plant);
  onTestFinished(() => gateway.engine.stop());
  return gateway;
}

/** A gateway whose new version runs and is not healthy; `next` starts it again from what its disk has kept. */
async function unhealthy(options: { autoRollback: boolean } = { autoRollback: false }) {
  const is: Plant = { health: { ok: false, reason: 'the PLC is silent' }, moving: false, asked: 0, blind: false };
  const clock = new SimClock();
  const plant: SimPlant = {
    clock,
    server: new SimServer([]),
    image: newImage,
    health: () => {
      is.asked += 1;
      return is.health;
    },
    signals: (): SignalSet => {
      if (is.blind) return {};
      const set = clearSignals(clock);
      if (set.crane_motion) set.crane_motion.value.moving = is.moving;
      return set;
    },
  };
  const disk = new SimDisk();
  disk.plant(slotFile(PATHS.slots, 'A'), oldImage.bytes);
  const before = await powerOn(plant, disk);
  await before.engine.handle(deployOrder(newImage, {}, options));
  await before.restarts;
  const gateway = await powerOn(plant, before.disk.afterCut('killed', 0));
  return { is, plant, gateway, next: (of: SimGateway) => powerOn(plant, of.disk.afterCut('lost', 7)) };
}

const last = (gateway: SimGateway) => gateway.plant.server.reports.at(-1);
const asks = (gateway: SimGateway) => vi.waitFor(() => expect(last(gateway)?.holds[0]?.kind).toBe('decision'), { timeout: 30_000 });

describe('a version that is not healthy, where the way back is a person’s', () => {
  it('stays and asks, through restarts, and is not looked at again by itself', async () => {
    const { gateway, is, next } = await unhealthy();
    await asks(gateway);
    expect(last(gateway)).toMatchObject({
      event: 'hold',
      state: 'booted_unconfirmed',
      message: expect.stringContaining('the PLC is silent'),
    });
    expect(last(gateway)?.holds[0]).toMatchObject({ clearsWhen: 'a person keeps it, or rolls back to slot A' });
    is.health = { ok: true };
    const { asked } = is;
    const again = await next(gateway);
    expect(again.engine.view()).toMatchObject({ activeSlot: 'B', job: { state: 'booted_unconfirmed' } });
    expect(await again.slots.env.read()).toMatchObject({ boot_slot: 'B', upgrade_available: '1', bootcount: '2' });
    expect(is.asked).toBe(asked);
    expect(gateway.plant.server.lies).toEqual([]);
  });

  it('falls back by itself where it may', async () => {
    const { gateway } = await unhealthy({ autoRollback: true });
    expect(await gateway.restarts).toContain('the PLC is silent');
  });

  it('is kept by a person when it is healthy now, and else says why not', async () => {
    const { gateway, is } = await unhealthy();
    await asks(gateway);
    const { length } = gateway.plant.server.reports;
    expect(await gateway.engine.handle(decide('keep'))).toMatchObject({ code: 'OK' });
    await vi.waitFor(() => expect(gateway.plant.server.reports).toHaveLength(length + 1), { timeout: 30_000 });
    expect(last(gateway)).toMatchObject({ message: expect.stringContaining('cannot be kept'), holds: [{ kind: 'decision' }] });
    is.health = { ok: true };
    await gateway.engine.handle(decide('keep'));
    await gateway.over;
    expect(last(gateway)).toMatchObject({ event: 'confirm', details: { decidedBy: 'person', decisionReason: 'as agreed' } });
    expect(await gateway.slots.env.read()).toMatchObject({ boot_slot: 'B', upgrade_available: '0' });
    expect(await gateway.engine.handle(decide('keep'))).toMatchObject({ code: 'OK' });
    expect(await gateway.engine.handle(decide('roll_back'))).toMatchObject({ code: 'JOB_STATE_CONFLICT' });
  });

  it('is left by a person’s order, when the crane rests', async () => {
    const { gateway, is, next } = await unhealthy();
    await asks(gateway);
    is.moving = true;
    expect(await gateway.engine.handle(decide('roll_back'))).toMatchObject({ code: 'OK' });
    await vi.waitFor(() => expect(last(gateway)?.holds).toMatchObject([{ constraint: 'crane_motion' }]), { timeout: 30_000 });
    expect(await gateway.slots.env.read()).toMatchObject({ boot_slot: 'B' });
    is.moving = false;
    expect(await gateway.restarts).toContain('as agreed');
    expect(await gateway.engine.handle(decide('keep'))).toMatchObject({ code: 'JOB_PAST_NO_RETURN' });
    const back = await next(gateway);
    await back.over;
    expect(last(back)).toMatchObject({ event: 'roll_back', details: { version: 'v5.0.4', slot: 'A', decidedBy: 'person' } });
    expect(gateway.plant.server.lies).toEqual([]);
  });

  it('is not left while nothing is known of the crane, although the bootloader is told already', async () => {
    const { gateway, is } = await unhealthy();
    await asks(gateway);
    const write = gateway.slots.env.write.bind(gateway.slots.env);
    vi.spyOn(gateway.slots.env, 'write').mockImplementation(async (vars) => {
      await write(vars);
      is.blind = true;
    });
    await gateway.engine.handle(decide('roll_back'));
    await vi.waitFor(() => expect(last(gateway)?.holds.map((one) => one.constraint)).toContain('crane_motion'), { timeout: 30_000 });
    expect(await gateway.slots.env.read()).toMatchObject({ boot_slot: 'A' });
    is.blind = false;
    expect(await gateway.restarts).toContain('as agreed');
  });

  it('is left by the bootloader when it does not start any more', async () => {
    const { gateway, next } = await unhealthy();
    await asks(gateway);
    let life = gateway;
    for (let start = 0; start < 3; start += 1) life = await next(life);
    await life.over;
    expect(life.engine.view().activeSlot).toBe('A');
    expect(last(life)).toMatchObject({ event: 'roll_back', details: { decidedBy: 'bootloader' } });
  });

  it('is nothing to decide about before', async () => {
    const disk = new SimDisk();
    disk.plant(slotFile(PATHS.slots, 'A'), oldImage.bytes);
    const gateway = await powerOn({ clock: new SimClock(), server: new SimServer([]), image: newImage }, disk);
    expect(await gateway.engine.handle(decide('keep'))).toMatchObject({ code: 'JOB_UNKNOWN' });
    await gateway.engine.handle(deployOrder(newImage, { intent: 'download' }));
    expect(await gateway.engine.handle(decide('roll_back'))).toMatchObject({ code: 'JOB_STATE_CONFLICT' });
  });
});
