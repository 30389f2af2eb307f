/** A grant is used once, for one act, in one life of the agent. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { SimDisk } from '../storage/sim-disk';
import { Crane, looks, NEW_IMAGE, offer as offerTo, said, state, states, until, used, waits } from '../testing/crane-plant';
import { type GrantOffice, type GrantOrder, openGrantOffice, placeOf, UPS_GRANT } from '../testing/grant-office';
import type { SimGateway, SimPlant } from '../testing/sim-gateway';
import { deployOrder, JOB } from '../testing/sim-orders';
import { startOnCrane } from '../testing/start-on-crane';

let office: GrantOffice;
beforeAll(async () => {
  office = await openGrantOffice();
});

const start = (crane: Crane, more?: Partial<SimPlant>, disk?: SimDisk) => startOnCrane(crane, office.keys, more, disk);
const offer = (gateway: SimGateway, order: GrantOrder) => offerTo(gateway, office, order);

describe('a used grant', () => {
  /** One whose grant for the write is used; it has come to the switch. */
  async function afterWrite(crane: Crane) {
    const gateway = await start(crane);
    const jws = await office.sign(placeOf(gateway), gateway.plant.clock.nowMs(), UPS_GRANT);
    await gateway.engine.handle({ name: 'grant.offer', grant: jws });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await until(gateway, () => states(gateway).includes('written') && state(gateway) === 'waiting');
    expect(used(gateway)).toHaveLength(1);
    return { gateway, jws };
  }
  const replay = async (gateway: SimGateway, grant: string) => (await gateway.engine.handle({ name: 'grant.offer', grant })).details?.code;

  it('is refused when it comes again: in the same boot, after a restart of the agent, after a reboot, at another gateway', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const { gateway, jws } = await afterWrite(crane);
    expect(await replay(gateway, jws)).toBe('GRANT_REPLAYED');
    await gateway.engine.stop();
    const { server, clock } = gateway.plant;
    const restarted = await start(crane, { server, clock, bootId: gateway.slots.bootId }, gateway.disk.afterCut('killed', 0));
    expect(await replay(restarted, jws)).toBe('GRANT_REPLAYED');
    const rebooted = await start(crane, { server, clock }, gateway.disk.afterCut('lost', 0));
    expect(await replay(rebooted, jws)).toBe('GRANT_REPLAYED');
    // A gateway that has lost its memory, or another one, knows the boot.
    expect(await replay(await start(crane), jws)).toBe('GRANT_WRONG_BOOT');
    expect(used(rebooted)).toHaveLength(1);
  });

  it('serves no other attempt of the job', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const { gateway } = await afterWrite(crane);
    await gateway.engine.handle({ name: 'job.cancel', ...JOB, reason: 'test', cleanup: false });
    await gateway.engine.handle(deployOrder(NEW_IMAGE, { attempt: 2 }));
    await until(gateway, () => gateway.plant.server.reports.at(-1)?.attempt === 2 && state(gateway) === 'waiting');
    await looks(gateway, 20);
    const second = gateway.plant.server.reports.filter((one) => one.attempt === 2).map((one) => one.state);
    expect(second).not.toContain('writing');
  });

  it('does not begin its act again after it was revoked', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await offer(gateway, UPS_GRANT);
    await offer(gateway, { ...UPS_GRANT, jti: 'grant-2', op: 'O3' });
    // The crane moves as soon as the switch is made: the reboot waits.
    const stop = gateway.outbox.onAppend(() => {
      if (states(gateway).includes('boot_pending')) crane.moving = true;
    });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await until(gateway, () => states(gateway).includes('boot_pending'));
    await looks(gateway, 5);
    await gateway.engine.handle({ name: 'grant.revoke', grantId: 'grant-2', reason: 'enough' });
    stop();
    crane.moving = false;
    let restarted = false;
    gateway.restarts.then(() => {
      restarted = true;
    });
    await looks(gateway, 120);
    expect(restarted).toBe(false);
    expect(said(gateway).map((one) => `${one.grantId} ${one.state}`)).toContain('grant-2 revoked');
    // With another grant it may.
    expect(await offer(gateway, { ...UPS_GRANT, jti: 'grant-3', op: 'O3' })).toBe('OK');
    await gateway.restarts;
  });

  it('does not begin its act again in another life of the agent', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await offer(gateway, UPS_GRANT);
    const killed = new Promise<SimDisk>((resolve) => {
      gateway.disk.onOperation = (cut) => {
        if (gateway.journal.read().grants.records[0]?.state === 'used') resolve(cut().afterCut('killed', 0));
      };
    });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    const disk = await killed;
    disk.onOperation = null;
    gateway.disk.powerOff();
    const { server, clock } = gateway.plant;
    const next = await start(crane, { server, clock, bootId: gateway.slots.bootId }, disk);
    await waits(next, /GRANT_USED/);
    await looks(next, 30);
    expect(states(next)).not.toContain('written');
    expect(new Set(used(next).map((one) => one.grantId))).toEqual(new Set(['grant-1']));
  });

  it('lets its act begin again in the same life: the reboot after a moment of movement', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await offer(gateway, UPS_GRANT);
    await offer(gateway, { ...UPS_GRANT, jti: 'grant-2', op: 'O3' });
    let held = 0;
    gateway.outbox.onAppend(() => {
      if (states(gateway).includes('boot_pending') && held === 0) {
        held = gateway.plant.clock.nowMs();
        crane.moving = true;
      }
    });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await until(gateway, () => held > 0);
    await looks(gateway, 10);
    crane.moving = false;
    await gateway.restarts;
    expect(used(gateway)).toHaveLength(2);
  });
});
