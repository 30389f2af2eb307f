/** Grants at the gates: what they let through, and what they never let through. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SimDisk } from '../storage/sim-disk';
import { Crane, looks, NEW_IMAGE, offer as offerTo, state, states, until, used, waits } from '../testing/crane-plant';
import { type GrantOffice, type GrantOrder, MOTION_GRANT, openGrantOffice, UPS_GRANT } from '../testing/grant-office';
import type { SimClock } from '../testing/sim-clock';
import type { SimGateway, SimPlant } from '../testing/sim-gateway';
import { deployOrder, JOB } from '../testing/sim-orders';
import { startOnCrane } from '../testing/start-on-crane';

const YEAR_MS = 365 * 86_400_000;
let office: GrantOffice;
beforeAll(async () => {
  office = await openGrantOffice();
});

const start = (crane: Crane, more?: Partial<SimPlant>, disk?: SimDisk) => startOnCrane(crane, office.keys, more, disk);
const offer = (gateway: SimGateway, order: GrantOrder) => offerTo(gateway, office, order);

describe('a soft limit', () => {
  it('is passed with a grant for the write, and with another for the switch and its reboot; each is used once', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await waits(gateway, /battery at 25 %/);
    expect(states(gateway)).toContain('downloaded');
    expect(await offer(gateway, { ...UPS_GRANT, job_id: JOB.jobId, artifact_sha256: NEW_IMAGE.sha256 })).toBe('OK');
    await until(gateway, () => states(gateway).includes('written') && state(gateway) === 'waiting');
    expect(used(gateway)).toMatchObject([{ grantId: 'grant-1', code: 'OK', jobId: JOB.jobId }]);
    expect(used(gateway)[0]?.observed.find((one) => one.constraint === 'ups_battery')).toMatchObject({
      value: '25 %',
      level: 'soft',
      source: 'sim',
    });
    expect(await offer(gateway, { ...UPS_GRANT, jti: 'grant-2', op: 'O3' })).toBe('OK');
    expect(await gateway.restarts).toContain('v5.0.5');
    expect(used(gateway).map((one) => one.grantId)).toEqual(['grant-1', 'grant-2']);

    // After the boot the commit waits for nothing: it says what it saw.
    const { server, clock } = gateway.plant;
    const next = await start(crane, { server, clock }, gateway.disk.afterCut('killed', 0));
    await next.over;
    expect(state(next)).toBe('confirmed');
    expect(JSON.stringify(server.reports.at(-1)?.details.safety)).toContain('25 %');
    expect(used(next)).toHaveLength(2);
    expect(server.lies).toEqual([]);
  });

  it('is not passed by a grant whose bound the value has left', async () => {
    const gateway = await start(Object.assign(new Crane(), { battery: 21.5 }));
    await offer(gateway, UPS_GRANT);
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await waits(gateway, /GRANT_BOUND_EXCEEDED/);
    await looks(gateway, 20);
    expect(used(gateway)).toEqual([]);
    expect(states(gateway)).not.toContain('writing');
  });

  it('fails an immediate update, unless a grant is there', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await gateway.engine.handle(deployOrder(NEW_IMAGE, { strategy: 'immediate' }));
    await until(gateway, () => state(gateway) === 'failed');
    expect(gateway.plant.server.reports.at(-1)).toMatchObject({ errorCode: 'UPDATE_BLOCKED' });

    const granted = await start(crane);
    await offer(granted, UPS_GRANT);
    await offer(granted, { ...UPS_GRANT, jti: 'grant-2', op: 'O3' });
    await granted.engine.handle(deployOrder(NEW_IMAGE, { strategy: 'immediate' }));
    await granted.restarts;
    expect(used(granted)).toHaveLength(2);
  });
});

describe('whatever grant exists, the write waits', () => {
  const everything: GrantOrder[] = [
    { ...UPS_GRANT, jti: 'ups', bound: { levelPercent: 20, onBattery: true } },
    { constraint: 'network_connectivity', op: 'O2', jti: 'net', bound: { lossPercent: 50, rttMs: 10_000 } },
    { constraint: 'disk_space', op: 'O2', jti: 'disk', bound: { freeBytes: 80_000_000 } },
  ];
  it.each<[string, Partial<Crane>]>([
    ['a battery below its hard limit', { battery: 19 }],
    ['a battery that is silent', { missing: 'ups_battery' }],
    ['values that are stale', { sampledAgoMs: 61_000 }],
    ['values from the future', { sampledAgoMs: -61_000 }],
  ])('%s', async (_name, crane) => {
    const now = Object.assign(new Crane(), { battery: 21 });
    const gateway = await start(now);
    for (const order of everything) expect(await offer(gateway, order)).toBe('OK');
    // Right until it is downloaded.
    const look = gateway.outbox.onAppend(() => {
      if (states(gateway).includes('downloaded')) Object.assign(now, crane);
    });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await until(gateway, () => states(gateway).includes('downloaded') && state(gateway) === 'waiting');
    await looks(gateway, 50);
    look();
    expect(used(gateway)).toEqual([]);
    expect(states(gateway)).not.toContain('writing');
  });
});

describe('whatever grant exists, the reboot waits', () => {
  it.each<[string, Partial<Crane>]>([
    ['a crane that moves', { moving: true }],
    ['motion sources that disagree', { disagree: true }],
    ['a motion sensor that is silent', { missing: 'crane_motion' }],
    ['a motion sensor that hangs', { sampledAgoMs: 2500 }],
    ['a neighbour too near', { distanceM: 4 }],
  ])('%s', async (_name, change) => {
    const crane = new Crane();
    const gateway = await start(crane);
    const acs: GrantOrder = { constraint: 'acs_collision', op: 'O3', bound: { distanceM: 5 }, jti: 'acs' };
    for (const order of [{ ...MOTION_GRANT, bound: { restMs: 5000 } }, acs]) expect(await offer(gateway, order)).toBe('OK');
    const look = gateway.outbox.onAppend(() => {
      if (states(gateway).includes('written')) Object.assign(crane, change);
    });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await until(gateway, () => states(gateway).includes('written') && state(gateway) === 'waiting');
    await looks(gateway, 50);
    look();
    expect(used(gateway)).toEqual([]);
    expect(states(gateway)).not.toContain('boot_pending');
  });
});

describe('a grant that is there is not for this step', () => {
  it.each<[string, GrantOrder]>([
    ['GRANT_WRONG_OPERATION', { ...UPS_GRANT, op: 'O3' }],
    ['GRANT_WRONG_JOB', { ...UPS_GRANT, job_id: 'OTA-JOB-00002' }],
    ['GRANT_WRONG_ARTIFACT', { ...UPS_GRANT, artifact_sha256: 'b'.repeat(64) }],
  ])('%s', async (code, order) => {
    const gateway = await start(Object.assign(new Crane(), { battery: 25 }));
    // Taken in while there is no job that speaks against it.
    expect(await offer(gateway, order)).toBe('OK');
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await waits(gateway, new RegExp(code));
    await looks(gateway, 20);
    expect(used(gateway)).toEqual([]);
  });

  const setBack = (clock: SimClock) => {
    clock.pass(600_000);
    clock.step(-600_000);
  };
  it.each([
    ['GRANT_EXPIRED', (clock: SimClock) => clock.pass(600_000)],
    ['GRANT_EXPIRED', (clock: SimClock) => clock.step(YEAR_MS)],
    ['GRANT_NOT_YET_VALID', (clock: SimClock) => clock.step(-YEAR_MS)],
    // Set back by as much as has passed: by the wall clock it would be as fresh as ever.
    ['GRANT_EXPIRED', setBack],
  ])('%s after the clock has changed', async (code, change) => {
    const gateway = await start(Object.assign(new Crane(), { battery: 25 }));
    await offer(gateway, UPS_GRANT);
    change(gateway.plant.clock);
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await waits(gateway, new RegExp(code));
    await looks(gateway, 20);
    expect(used(gateway)).toEqual([]);
  });

  it('GRANT_LINK_SILENT while the server is not heard, for movement', async () => {
    let silentForMs = 61_000;
    const crane = Object.assign(new Crane(), { stoppedAtMs: 0 });
    const gateway = await start(crane, { silentForMs: () => silentForMs });
    crane.stoppedAtMs = gateway.plant.clock.nowMs() - 10_000;
    const keep = setInterval(() => Object.assign(crane, { stoppedAtMs: gateway.plant.clock.nowMs() - 15_000 }), 0);
    onTestFinished(() => clearInterval(keep));
    await offer(gateway, { ...MOTION_GRANT, bound: { restMs: 5000 } });
    await gateway.engine.handle(deployOrder(NEW_IMAGE));
    await waits(gateway, /GRANT_LINK_SILENT/);
    expect(used(gateway)).toEqual([]);
    silentForMs = 0;
    await gateway.restarts;
    expect(used(gateway)).toHaveLength(1);
  });
});
