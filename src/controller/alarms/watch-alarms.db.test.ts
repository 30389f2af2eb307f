import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { alarmKey } from '#/domain/alarms/alarm-kinds';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import { systemActor } from '#/server/access/actor';
import { stepAlarm, lockAlarm } from '#/server/alarms/alarm-row';
import { getDb } from '#/server/db/client';
import { moveJob } from '#/server/jobs/move-job';
import { makeGateway, makeJob, type TestGateway } from '../testing/make-gateway';
import { watchAlarms } from './watch-alarms';

/** Noon in Amsterdam, outside the default window. */
const NOON = new Date('2026-11-25T11:00:00Z');
const NIGHT = new Date('2026-11-25T01:30:00Z');
const later = (ms: number, from = NOON) => new Date(from.getTime() + ms);
const alarmsOf = (gateway: TestGateway) => getDb().alarm.findMany({ where: { gatewayId: gateway.id }, orderBy: { id: 'asc' } });
const siteAlarm = (siteId: string) => getDb().alarm.findMany({ where: { siteId, kind: 'site_offline' } });
const historyOf = async (id: string) =>
  (await getDb().alarmEvent.findMany({ where: { alarmId: id }, orderBy: { id: 'asc' } })).map((one) => one.event);
const setOnline = (ids: string[], connected: boolean, at: Date) =>
  getDb().gateway.updateMany({
    where: { id: { in: ids } },
    data: { connected, status: connected ? 'online' : 'offline', ...(connected ? { connectedAt: at } : { disconnectedAt: at }) },
  });

/** Gateways of one site, all online. */
async function makeSite(count: number): Promise<TestGateway[]> {
  const first = await makeGateway({ connected: true });
  const row = await getDb().gateway.findUniqueOrThrow({ where: { id: first.id } });
  const others = await Promise.all(
    Array.from({ length: count - 1 }, async () => {
      const other = await makeGateway({ connected: true });
      await getDb().gateway.update({ where: { id: other.id }, data: { siteId: row.siteId, craneId: row.craneId } });
      return { ...other, siteId: row.siteId };
    }),
  );
  const site = [first, ...others];
  await setOnline(
    site.map(({ id }) => id),
    true,
    later(-3_600_000),
  );
  return site;
}

// One turn looks at every site: the rows of other tests here are put online again.
beforeEach(async () => {
  await getDb().gateway.updateMany({ data: { connected: true, status: 'online' } });
});

describe('a gateway that is away', () => {
  it('is an alarm after the delay, once, by however many controllers; and it ends when it is back and seen', async () => {
    const [gateway] = (await makeSite(4)) as [TestGateway];
    await setOnline([gateway.id], false, NOON);
    await watchAlarms(later(10_000));
    expect(await alarmsOf(gateway)).toEqual([]);
    await Promise.all([watchAlarms(later(25_000)), watchAlarms(later(25_000)), watchAlarms(later(25_000))]);
    await watchAlarms(later(28_000));
    const [alarm, ...more] = await alarmsOf(gateway);
    expect(more).toEqual([]);
    expect(alarm).toMatchObject({ kind: 'gateway_offline', state: 'active_unacknowledged', priority: 3, occurrences: 1, raisedAt: NOON });
    await setOnline([gateway.id], true, later(60_000));
    await watchAlarms(later(61_000));
    expect((await alarmsOf(gateway))[0]).toMatchObject({ state: 'returned_unacknowledged', closedAt: null });
  });

  it('in its window or under maintenance is quiet until that is over', async () => {
    const [one, other] = (await makeSite(8)) as [TestGateway, TestGateway];
    await setOnline([one.id], false, NIGHT);
    await getDb().gateway.update({ where: { id: other.id }, data: { connected: false, status: 'maintenance', disconnectedAt: NIGHT } });
    await watchAlarms(later(30_000, NIGHT));
    expect((await alarmsOf(one))[0]?.state).toBe('suppressed');
    expect((await alarmsOf(other))[0]?.state).toBe('suppressed');
    await watchAlarms(NOON);
    expect((await alarmsOf(one))[0]?.state).toBe('active_unacknowledged');
    expect((await alarmsOf(other))[0]?.state).toBe('suppressed');
    expect(await historyOf((await alarmsOf(one))[0]?.id ?? '')).toEqual(['raise', 'suppress', 'unsuppress']);
  });
});

describe('a dead link to a site', () => {
  it('is one alarm with its members under it, told once; who stays away speaks for himself afterwards', async () => {
    const site = await makeSite(8);
    const channel = await getDb().notificationChannel.create({
      data: { name: randomUUID(), type: 'webhook', config: {}, topics: [], createdBy: 'test', siteId: site[0]?.siteId ?? '' },
    });
    const told = async () =>
      (
        await getDb().notificationDelivery.findMany({ where: { channelId: channel.id }, orderBy: { id: 'asc' }, include: { alarm: true } })
      ).map((one) => `${one.topic} ${one.alarm?.kind}`);
    for (const [n, { id }] of site.slice(0, 6).entries()) await setOnline([id], false, later(n * 1000));
    await Promise.all([watchAlarms(later(30_000)), watchAlarms(later(30_000))]);
    await watchAlarms(later(33_000));
    const [group, ...more] = await siteAlarm(site[0]?.siteId ?? '');
    expect(more).toEqual([]);
    expect(group?.message).toContain(`${site[0]?.name} was the first`);
    expect(await getDb().alarm.count({ where: { parentId: group?.id ?? '' } })).toBe(6);
    expect(await told()).toEqual(['alarm.raised site_offline']);
    await setOnline(
      site.slice(0, 5).map(({ id }) => id),
      true,
      later(120_000),
    );
    await watchAlarms(later(121_000));
    expect((await siteAlarm(site[0]?.siteId ?? ''))[0]).toMatchObject({ state: 'returned_unacknowledged', present: false });
    expect((await alarmsOf(site[0] as TestGateway))[0]).toMatchObject({ state: 'normal' });
    expect((await alarmsOf(site[5] as TestGateway))[0]).toMatchObject({ state: 'active_unacknowledged', parentId: null });
    expect((await told()).sort()).toEqual(['alarm.cleared site_offline', 'alarm.raised gateway_offline', 'alarm.raised site_offline']);
  });

  it('takes in who had an alarm of its own already', async () => {
    const site = await makeSite(5);
    await setOnline([site[0]?.id ?? ''], false, NOON);
    await watchAlarms(later(30_000));
    await setOnline(
      site.slice(1).map(({ id }) => id),
      false,
      later(60_000),
    );
    await watchAlarms(later(66_000));
    const [group] = await siteAlarm(site[0]?.siteId ?? '');
    const [first] = await alarmsOf(site[0] as TestGateway);
    expect(first?.parentId).toBe(group?.id);
    expect(await historyOf(first?.id ?? '')).toEqual(['raise', 'grouped']);
  });
});

it('a shelf ends by itself: what is still there asks for attention, what has gone is over', async () => {
  const site = await makeSite(6);
  await setOnline([site[0]?.id ?? '', site[1]?.id ?? ''], false, NOON);
  await watchAlarms(later(30_000));
  for (const gateway of site.slice(0, 2)) {
    const [alarm] = await alarmsOf(gateway);
    await getDb().$transaction(async (tx) => {
      const row = await lockAlarm(tx, alarm?.id ?? '');
      if (row) await stepAlarm(tx, row, { event: 'shelve', actor: 'test', message: 'known', data: { shelvedUntil: later(600_000) } });
    });
  }
  await setOnline([site[1]?.id ?? ''], true, later(60_000));
  await watchAlarms(later(599_000));
  const states = async () => [(await alarmsOf(site[0] as TestGateway))[0]?.state, (await alarmsOf(site[1] as TestGateway))[0]?.state];
  expect(await states()).toEqual(['shelved', 'shelved']);
  await Promise.all([watchAlarms(later(600_000)), watchAlarms(later(600_000))]);
  expect(await states()).toEqual(['active_unacknowledged', 'normal']);
});

describe('jobs', () => {
  it('that fail are one alarm per gateway, which a job that succeeds there clears', async () => {
    const gateway = await makeGateway({ connected: true });
    const finish = async (state: 'writing' | 'booted_unconfirmed', event: 'fail' | 'confirm') => {
      const job = await getDb().job.findUniqueOrThrow({ where: { id: await makeJob(gateway, state) } });
      const to = { state: event === 'fail' ? 'failed' : 'confirmed', heldState: null } as const;
      await getDb().$transaction((tx) => moveJob(tx, systemActor('test'), job, { event, to, at: new Date(), message: 'because' }));
    };
    await finish('writing', 'fail');
    await finish('writing', 'fail');
    const kinds = async () => (await alarmsOf(gateway)).map(({ kind, state }) => `${kind} ${state}`);
    expect(await kinds()).toEqual(['job_failed active_unacknowledged']);
    await finish('booted_unconfirmed', 'confirm');
    expect(await kinds()).toEqual(['job_failed returned_unacknowledged']);
  });

  it('that an interlock holds for long, or whose signals are missing, are alarms', async () => {
    const gateway = await makeGateway({ connected: true });
    await getDb().gateway.update({ where: { id: gateway.id }, data: { status: 'updating' } });
    const jobId = await makeJob(gateway, 'waiting');
    const holds = [{ kind: 'interlock', constraint: 'crane_motion', message: 'The trolley is moving', clearsWhen: 'it rests' }];
    await getDb().job.update({ where: { id: jobId }, data: { waitingFor: 'safety', stateChangedAt: NOON, holds } });
    const block = { gatewayId: gateway.id, siteId: gateway.siteId, constraint: 'crane_motion', level: 'hard', reason: 'x', since: NOON };
    await getDb().safetyBlock.create({ data: { ...block, stale: true } });
    await watchAlarms(later(16_000));
    expect((await alarmsOf(gateway)).map((one) => one.kind)).toEqual(['stale_signal']);
    await watchAlarms(later(61_000));
    const blocking = (await alarmsOf(gateway)).find((one) => one.kind === 'safety_blocking');
    expect(blocking?.message).toContain('The trolley is moving');
    expect(blocking?.key).toBe(alarmKey('safety_blocking', jobId));
    await getDb().safetyBlock.deleteMany({ where: { gatewayId: gateway.id } });
    await watchAlarms(later(62_000));
    expect((await alarmsOf(gateway)).map((one) => `${one.kind} ${one.present}`).sort()).toEqual([
      'safety_blocking true',
      'stale_signal false',
    ]);
  });

  it('whose healthy version is not kept are alarms: soon when something is not seen, after half an hour otherwise', async () => {
    const moves = { kind: 'interlock', constraint: 'crane_motion', hard: true, message: 'an axis is moving', clearsWhen: 'it rests' };
    const silent = { ...moves, message: 'no value has been received', unseen: true };
    const block = { constraint: 'crane_motion', level: 'hard', reason: 'x', since: NOON, stale: true };
    const made = async (hold: object) => {
      const gateway = await makeGateway({ connected: true });
      await getDb().gateway.update({ where: { id: gateway.id }, data: { status: 'updating' } });
      const jobId = await makeJob(gateway, 'booted_unconfirmed');
      const keep = () =>
        getDb().job.update({ where: { id: jobId }, data: { stateChangedAt: NOON, waitingFor: 'to_be_kept', holds: [hold] } });
      return { keep, gateway, kinds: async () => (await alarmsOf(gateway)).map(({ kind }) => kind) };
    };
    const [works, blind] = [await made(moves), await made(silent)];
    await getDb().safetyBlock.create({ data: { ...block, gatewayId: blind.gateway.id, siteId: blind.gateway.siteId } });
    // While it boots it cannot speak.
    await watchAlarms(later(20_000));
    expect(await blind.kinds()).toEqual([]);
    await Promise.all([works.keep(), blind.keep()]);
    await watchAlarms(later(21_000));
    expect(await blind.kinds()).toEqual(['stale_signal']);
    await watchAlarms(later(61_000));
    expect((await alarmsOf(blind.gateway)).at(-1)?.message).toMatch(/is not kept yet .*no value has been received/);
    expect(await works.kinds()).toEqual([]);
    await watchAlarms(later(31 * 60_000));
    expect(await works.kinds()).toEqual(['safety_blocking']);
  });
});

it('settings decide what goes out', async () => {
  const gateway = await makeGateway({ connected: true });
  const body = { ...defaultSettings('Europe/Amsterdam'), notifications: { ...defaultSettings('UTC').notifications, errors: false } };
  await getDb().gatewaySettings.create({ data: { gatewayId: gateway.id, body } });
  const channel = await getDb().notificationChannel.create({
    data: { name: randomUUID(), type: 'webhook', config: {}, topics: ['job.installed'], createdBy: 'test', siteId: gateway.siteId },
  });
  for (const [state, event, to] of [
    ['writing', 'fail', 'failed'],
    ['booted_unconfirmed', 'confirm', 'confirmed'],
    ['downloading', 'finish_download', 'downloaded'],
  ] as const) {
    const job = await getDb().job.findUniqueOrThrow({ where: { id: await makeJob(gateway, state) } });
    await getDb().$transaction((tx) =>
      moveJob(tx, systemActor('test'), job, { event, to: { state: to, heldState: null }, at: new Date(), message: 'm' }),
    );
  }
  const rows = await getDb().notificationDelivery.findMany({ where: { channelId: channel.id } });
  expect(rows.map((one) => one.topic)).toEqual(['job.installed']);
});
