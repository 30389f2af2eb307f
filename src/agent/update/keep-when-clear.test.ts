/** The gate before the commit: what holds a healthy version, for how long, and what becomes of it meanwhile. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { JobOptions } from '#/domain/jobs/job-options';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import type { HealthResult } from '../health/health-check';
import { seededRandom } from '../storage/power-cut';
import type { SimDisk } from '../storage/sim-disk';
import { Crane, looks, NEW_IMAGE, offer, powerOnAt, state, states, until, used } from '../testing/crane-plant';
import { type GrantOffice, openGrantOffice, UPS_GRANT } from '../testing/grant-office';
import type { SimGateway, SimPlant } from '../testing/sim-gateway';
import { deployOrder, JOB } from '../testing/sim-orders';
import { startOnCrane } from '../testing/start-on-crane';

const RUNS = Number(process.env.RACE_RUNS ?? 500);
let office: GrantOffice;
beforeAll(async () => {
  office = await openGrantOffice();
});

const start = (crane: Crane, more?: Partial<SimPlant>, disk?: SimDisk) => startOnCrane(crane, office.keys, more, disk);

type Given = {
  order?: Parameters<typeof deployOrder>[1];
  options?: Partial<JobOptions>;
  /** Battery from the first step on; write and switch then need the two grants that it is given. */
  battery?: number;
  /** The crane between the restart and the boot. */
  meanwhile?: (crane: Crane, gateway: SimGateway) => void;
  health?: () => HealthResult;
};

/** A gateway that has just booted its new version. */
async function booted({ order, options, battery, meanwhile, health }: Given = {}) {
  const crane = new Crane();
  const before = await start(crane);
  if (battery !== undefined) {
    crane.battery = battery;
    await offer(before, office, UPS_GRANT);
    await offer(before, office, { ...UPS_GRANT, jti: 'grant-2', op: 'O3' });
  }
  await before.engine.handle(deployOrder(NEW_IMAGE, order, options));
  await before.restarts;
  meanwhile?.(crane, before);
  const { server, clock } = before.plant;
  const next = (of: SimGateway, mode: 'killed' | 'lost' = 'killed', bootId?: string) =>
    start(crane, { server, clock, ...(health ? { health } : {}), ...(bootId ? { bootId } : {}) }, of.disk.afterCut(mode, 7));
  return { crane, gateway: await next(before), next };
}

const last = (gateway: SimGateway) => gateway.plant.server.reports.at(-1);
const env = (gateway: SimGateway) => gateway.slots.env.read();
const held = (gateway: SimGateway, about: string) =>
  until(gateway, () => state(gateway) === 'booted_unconfirmed' && (last(gateway)?.holds.some((one) => one.constraint === about) ?? false));

/** What holds it, whether it is seen, and what ends it. */
const HOLDS: [name: string, constraint: string, unseen: boolean, begin: (crane: Crane) => void, end: (crane: Crane) => void][] = [
  ['an axis moves', 'crane_motion', false, (crane) => void (crane.moving = true), (crane) => void (crane.moving = false)],
  ['the neighbour is too close', 'acs_collision', false, (crane) => void (crane.distanceM = 4), (crane) => void (crane.distanceM = 40)],
  ['a soft limit is passed', 'ups_battery', false, (crane) => void (crane.battery = 25), (crane) => void (crane.battery = 90)],
  ['a source is silent', 'acs_collision', true, (crane) => void (crane.missing = 'acs_collision'), (crane) => void (crane.missing = null)],
  ['values are old', 'crane_motion', true, (crane) => void (crane.sampledAgoMs = 90_000), (crane) => void (crane.sampledAgoMs = 0)],
  ['sources disagree', 'crane_motion', true, (crane) => void (crane.disagree = true), (crane) => void (crane.disagree = false)],
];

describe('a healthy version', () => {
  it.each(HOLDS)('is not kept while %s, and is when that is over', async (_name, constraint, unseen, begin, end) => {
    const { crane, gateway } = await booted({ meanwhile: begin });
    await held(gateway, constraint);
    expect(last(gateway)).toMatchObject({
      event: 'hold',
      details: { waits: 'to_be_kept' },
    });
    const holds = last(gateway)?.holds.filter((one) => one.constraint === constraint);
    expect(holds).toMatchObject([{ clearsWhen: expect.stringMatching(/./), ...(unseen ? { unseen } : {}) }]);
    await looks(gateway, 30);
    expect(state(gateway)).toBe('booted_unconfirmed');
    // Boots that come up are counted only while nobody sees the crane.
    expect(await env(gateway)).toMatchObject({ boot_slot: 'B', upgrade_available: '1', bootcount: unseen ? '1' : '0' });
    end(crane);
    await gateway.over;
    expect(last(gateway)).toMatchObject({
      event: 'confirm',
      details: { safety: expect.arrayContaining([expect.objectContaining({ constraint })]) },
    });
    expect(await env(gateway)).toMatchObject({ boot_slot: 'B', upgrade_available: '0' });
    expect(gateway.plant.server.lies).toEqual([]);
  });

  it('waits after an immediate job as well, and for the rest of the crane as long as the policy says', async () => {
    const { crane, gateway } = await booted({ order: { strategy: 'immediate' }, meanwhile: (one) => void (one.moving = true) });
    await held(gateway, 'crane_motion');
    crane.moving = false;
    crane.stoppedAtMs = gateway.plant.clock.nowMs();
    await gateway.over;
    expect(last(gateway)?.event).toBe('confirm');
    expect(gateway.plant.clock.nowMs() - crane.stoppedAtMs).toBeGreaterThanOrEqual(60_000);
  });

  it('is kept at once when the crane rests, though its window is over and the signals are clear only since the boot', async () => {
    const given: Given = {
      order: { strategy: 'maintenance', notBeforeAt: null, windowEndsAt: '2026-03-01T09:00:00.000Z' },
      meanwhile: (_crane, { plant }) => plant.clock.pass(3_600_000),
    };
    const { gateway } = await booted(given);
    await gateway.over;
    expect(states(gateway).slice(-2)).toEqual(['booted_unconfirmed', 'confirmed']);
    expect(gateway.plant.server.reports.at(-2)?.event).toBe('boot');
  });

  it('is not lost to power cuts while the crane works, and is when nobody sees the crane', async () => {
    for (const unseen of [false, true]) {
      const { gateway, next } = await booted({
        meanwhile: (crane) => void (unseen ? (crane.missing = 'crane_motion') : (crane.moving = true)),
      });
      let life = gateway;
      for (let cut = 0; cut < 5 && life.slots.activeSlot === 'B'; cut += 1) {
        await held(life, 'crane_motion');
        await looks(life, 10);
        life = await next(life, 'lost');
      }
      expect(life.slots.activeSlot).toBe(unseen ? 'A' : 'B');
      if (unseen) await life.over;
      expect(state(life)).toBe(unseen ? 'rolled_back' : 'booted_unconfirmed');
      expect(life.plant.server.lies).toEqual([]);
    }
  });

  it('is left by the boot counter all the same when boot after boot comes up and breaks', async () => {
    const { gateway, next } = await booted({ meanwhile: (one) => void (one.moving = true) });
    let life = gateway;
    let boots = 0;
    for (; boots < 40 && life.slots.activeSlot === 'B'; boots += 1) {
      await held(life, 'crane_motion');
      await looks(life, 6);
      life = await next(life, 'lost');
    }
    expect(life.slots.activeSlot).toBe('A');
    expect(boots).toBeGreaterThan(20);
  });

  it('that no job accounts for, and that is not healthy, does not restart a crane that works', async () => {
    const { crane, gateway } = await booted({ meanwhile: (one) => void (one.moving = true) });
    await held(gateway, 'crane_motion');
    const { server, clock } = gateway.plant;
    const disk = gateway.disk.afterCut('killed', 7);
    disk.plant('/g/data/journal.json', Buffer.from('not a journal'));
    const lost = await start(crane, { server, clock, health: () => ({ ok: false, reason: 'the PLC is silent' }) }, disk);
    let restarted = false;
    void lost.restarts.then(() => void (restarted = true));
    await looks(lost, 30);
    expect([restarted, (await env(lost)).boot_slot]).toEqual([false, 'B']);
    crane.moving = false;
    expect(await lost.restarts).toContain('the journal lost');
  });

  it('waits on when the agent is killed meanwhile, and answers what it is told', async () => {
    const { crane, gateway, next } = await booted({ meanwhile: (one) => void (one.moving = true) });
    await held(gateway, 'crane_motion');
    const again = await next(gateway, 'killed', gateway.slots.bootId);
    expect(await again.engine.handle({ name: 'job.pause', ...JOB, reason: 'test' })).toMatchObject({ code: 'JOB_PAST_NO_RETURN' });
    expect(await again.engine.handle({ name: 'job.decide', ...JOB, decision: 'keep', reason: 'test' })).toMatchObject({
      code: 'JOB_STATE_CONFLICT',
    });
    await looks(again, 10);
    expect(state(again)).toBe('booted_unconfirmed');
    crane.moving = false;
    await again.over;
    expect(states(again).filter((one) => one === 'confirmed')).toHaveLength(1);
    expect(again.plant.server.lies).toEqual([]);
  });
});

describe('a soft limit that the restart passed under a grant', () => {
  it('does not hold the commit within the bound of that grant, though the grant has expired', async () => {
    const { gateway } = await booted({ battery: 25, meanwhile: (_crane, { plant }) => plant.clock.pass(3_600_000) });
    await gateway.over;
    expect(gateway.plant.server.reports.slice(-2).map((one) => one.event)).toEqual(['boot', 'confirm']);
    expect(used(gateway)).toHaveLength(2);
  });

  it('holds it past that bound, until another grant covers the value or the value is back', async () => {
    const { gateway } = await booted({ battery: 25, meanwhile: (crane) => void (crane.battery = 21) });
    await held(gateway, 'ups_battery');
    await looks(gateway, 20);
    expect(await offer(gateway, office, { ...UPS_GRANT, jti: 'grant-3', op: 'O3', bound: { levelPercent: 20.5, onBattery: false } })).toBe(
      'OK',
    );
    await gateway.over;
    await until(gateway, () => used(gateway).length === 3);
    expect(used(gateway).at(-1)).toMatchObject({ grantId: 'grant-3', jobId: JOB.jobId });
    expect(last(gateway)?.event).toBe('confirm');
  });

  it('holds it when the grant is revoked while it waits, also below a hard limit never', async () => {
    const { crane, gateway, next } = await booted({ battery: 25, meanwhile: (one) => void (one.moving = true) });
    await held(gateway, 'crane_motion');
    expect(last(gateway)?.holds.map((one) => one.constraint)).toEqual(['crane_motion']);
    expect(await gateway.engine.handle({ name: 'grant.revoke', grantId: 'grant-2', reason: 'test' })).toMatchObject({ code: 'OK' });
    crane.moving = false;
    await held(gateway, 'ups_battery');
    const again = await next(gateway, 'lost');
    await looks(again, 20);
    expect(state(again)).toBe('booted_unconfirmed');
    crane.battery = 19;
    await until(again, () => last(again)?.holds.some((one) => one.constraint === 'ups_battery' && one.hard === true) ?? false);
    crane.battery = 60;
    await again.over;
    expect(last(again)?.event).toBe('confirm');
  });

  it('holds it when the limits have changed, or the key is not pinned any more, while it waits', async () => {
    const changes = [
      { name: 'policy.apply' as const, version: 7, policy: SHIPPED_SITE_POLICY },
      { name: 'keys.pin' as const, grantKeys: [] },
    ];
    for (const change of changes) {
      const { crane, gateway } = await booted({ battery: 25, meanwhile: (one) => void (one.moving = true) });
      await held(gateway, 'crane_motion');
      expect(await gateway.engine.handle(change)).toMatchObject({ code: 'OK' });
      crane.moving = false;
      await held(gateway, 'ups_battery');
      crane.battery = 60;
      await gateway.over;
    }
  });
});

describe('a version that was healthy and is not any more', () => {
  const sick = { ok: false, reason: 'the PLC is silent' } as const;

  it.each([true, false])('is not left by itself, but waits until it is healthy again (auto_rollback: %s)', async (autoRollback) => {
    let health: HealthResult = { ok: true };
    const { crane, gateway, next } = await booted({
      ...{ options: { autoRollback }, meanwhile: (one) => void (one.moving = true), health: () => health },
    });
    await held(gateway, 'crane_motion');
    health = sick;
    const isUnwell = (of: SimGateway) => () => last(of)?.holds[0]?.message.includes('the PLC is silent') ?? false;
    await until(gateway, isUnwell(gateway));
    expect(last(gateway)).toMatchObject({ event: 'hold', details: { waits: 'to_be_kept' }, holds: [{ unseen: true }] });
    crane.moving = false;
    await looks(gateway, 60);
    // A start in between changes nothing: what was healthy once may be so again.
    const again = await next(gateway, 'lost', 'boot-after-the-cut');
    await until(again, isUnwell(again));
    await looks(again, 30);
    expect([state(again), (await env(again)).boot_slot]).toEqual(['booted_unconfirmed', 'B']);
    health = { ok: true };
    await again.over;
    expect(last(again)?.event).toBe('confirm');
    expect(again.plant.server.lies).toEqual([]);
  });

  it('is left by a person’s order, and kept when that person thinks again; neither restarts a crane that works or is not seen', async () => {
    const { crane, gateway, next } = await booted({ meanwhile: (one) => void (one.moving = true) });
    const decide = (decision: 'keep' | 'roll_back') => gateway.engine.handle({ name: 'job.decide', ...JOB, decision, reason: 'as agreed' });
    await held(gateway, 'crane_motion');
    expect(await decide('keep')).toMatchObject({ code: 'JOB_STATE_CONFLICT' });
    expect(await decide('roll_back')).toMatchObject({ code: 'OK' });
    await until(gateway, () => last(gateway)?.event === 'hold' && last(gateway)?.details.waits === undefined);
    expect(await decide('keep')).toMatchObject({ code: 'OK' });
    await until(gateway, () => last(gateway)?.details.waits === 'to_be_kept');
    expect(await decide('roll_back')).toMatchObject({ code: 'OK' });
    await until(gateway, () => last(gateway)?.details.waits === undefined);
    let restarted = false;
    void gateway.restarts.then(() => void (restarted = true));
    Object.assign(crane, { moving: false, missing: 'acs_collision' });
    await looks(gateway, 60);
    expect([restarted, (await env(gateway)).boot_slot]).toEqual([false, 'B']);
    crane.missing = null;
    expect(await gateway.restarts).toContain('as agreed');
    const back = await next(gateway);
    await back.over;
    expect(last(back)).toMatchObject({ event: 'roll_back', details: { slot: 'A', decidedBy: 'person' } });
    expect(back.plant.server.lies).toEqual([]);
  });
});

it(`is never kept while a hard limit is seen, nor by an old sample: ${RUNS} interleavings`, { timeout: 120_000 }, async () => {
  const { gateway } = await booted({ meanwhile: (crane) => void (crane.moving = true) });
  await held(gateway, 'crane_motion');
  const { server } = gateway.plant;
  const random = seededRandom(11);
  const seen = { atOnce: 0, later: 0 };
  for (let run = 0; run < RUNS; run += 1) {
    const crane = new Crane();
    let sampled = { atMs: 0, clear: false, count: 0 };
    const disk = gateway.disk.afterCut('killed', run);
    const slow = random() < 0.5;
    const life = await powerOnAt(
      crane,
      office.keys,
      {
        server: server.copy(),
        signals: (clock) => {
          // Half of the time something holds, at most for as long as a run may take.
          const clear = sampled.count > 40 || random() < 0.5;
          const what = Math.floor(random() * 4);
          Object.assign(crane, { moving: !clear && what === 0, disagree: !clear && what === 1, distanceM: !clear && what === 2 ? 3 : 40 });
          crane.missing = !clear && what === 3 ? 'crane_motion' : null;
          sampled = { atMs: clock.monotonicMs(), clear, count: sampled.count + 1 };
          if (slow) clock.pass(Math.floor(random() * 2600));
          return crane.read(clock);
        },
        beforeAct: (act, { plant }) => {
          if (act !== 'keep') return;
          const ageMs = plant.clock.monotonicMs() - sampled.atMs;
          if (!sampled.clear || ageMs > 2000) throw new Error(`run ${run}: kept by ${JSON.stringify({ ...sampled, ageMs })}`);
        },
      },
      disk,
    );
    await life.over;
    seen[sampled.count === 1 ? 'atOnce' : 'later'] += 1;
    expect(life.plant.server.lies).toEqual([]);
    await life.engine.stop();
    disk.powerOff();
  }
  console.info(`commit race: ${RUNS} interleavings, ${seen.atOnce} kept at the first look, ${seen.later} later`);
  expect(seen.atOnce).toBeGreaterThan(RUNS / 10);
  expect(seen.later).toBeGreaterThan(RUNS / 4);
});
