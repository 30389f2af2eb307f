import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { alarmKey } from '#/domain/alarms/alarm-kinds';
import type { Role } from '#/domain/access/roles';
import { type Actor, systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { acknowledgeAlarms } from './acknowledge-alarms';
import { browseAlarms } from './browse-alarms';
import { countAlarms } from './count-alarms';
import { type AlarmInput, clearAlarm, raiseAlarm } from './raise-alarm';
import { readAlarmHistory } from './read-alarm';
import { shelveAlarm, unshelveAlarm } from './shelve-alarm';

const person = (role: Role, siteId: string | null): Actor => {
  const name = `${role}-${randomUUID().slice(0, 8)}@example.test`;
  return { ...systemActor(name), type: 'user', id: randomUUID(), grants: [{ role, siteId }] };
};
async function makeSite() {
  const tag = randomUUID().slice(0, 13);
  return getDb().site.create({ data: { code: tag, name: tag, timezone: 'Europe/Amsterdam' } });
}
const raise = (siteId: string, more: Partial<AlarmInput> = {}) =>
  getDb().$transaction((tx) => raiseAlarm(tx, { kind: 'gateway_error', subject: randomUUID(), siteId, message: 'broken', ...more }));
const alarmOf = (id: string) => getDb().alarm.findUniqueOrThrow({ where: { id } });
const clear = async (id: string) => {
  const { key } = await alarmOf(id);
  return getDb().$transaction((tx) => clearAlarm(tx, key, 'gone'));
};

describe('acknowledging', () => {
  it('never clears: it stays until the condition is gone, and is audited with who did it', async () => {
    const site = await makeSite();
    const operator = person('operator', site.id);
    const { id } = await raise(site.id);
    expect(await acknowledgeAlarms(operator, { alarmIds: [id, id] })).toEqual({ acknowledged: 1 });
    expect(await alarmOf(id)).toMatchObject({ state: 'active_acknowledged', present: true, closedAt: null, acknowledgedBy: operator.name });
    expect(await acknowledgeAlarms(operator, { alarmIds: [id] })).toEqual({ acknowledged: 0 });
    await clear(id);
    expect((await alarmOf(id)).state).toBe('normal');
    const audit = await getDb().auditEvent.findMany({ where: { objectType: 'alarm', objectId: id } });
    expect(audit.map((one) => [one.name, one.actorName])).toEqual([['alarm.acknowledged', operator.name]]);
  });

  it('of a group goes for its members', async () => {
    const site = await makeSite();
    const group = await raise(site.id, { kind: 'site_offline', subject: site.id });
    const members = [await raise(site.id, { parentId: group.id }), await raise(site.id, { parentId: group.id })];
    await acknowledgeAlarms(person('operator', site.id), { alarmIds: [group.id] });
    for (const { id } of members) expect((await alarmOf(id)).state).toBe('active_acknowledged');
  });

  it('against clearing at once ends closed, whoever comes first, twenty times', async () => {
    const site = await makeSite();
    const operator = person('operator', site.id);
    for (let round = 0; round < 20; round += 1) {
      const { id } = await raise(site.id);
      await Promise.all([acknowledgeAlarms(operator, { alarmIds: [id] }), clear(id), acknowledgeAlarms(operator, { alarmIds: [id] })]);
      expect(await alarmOf(id)).toMatchObject({ state: 'normal', present: false });
      const events = await getDb().alarmEvent.findMany({ where: { alarmId: id }, orderBy: { id: 'asc' } });
      expect(events.map((one) => one.event).sort()).toEqual(['acknowledge', 'clear', 'raise']);
    }
  });
});

describe('the shelf', () => {
  it('needs a reason and an end within the shift, and gives the alarm back', async () => {
    const site = await makeSite();
    const operator = person('operator', site.id);
    const { id } = await raise(site.id);
    const reason = 'the sensor is replaced this afternoon';
    await expect(shelveAlarm(operator, { alarmId: id, reason, minutes: 481 })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(shelveAlarm(operator, { alarmId: id, reason, minutes: 0 })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await shelveAlarm(operator, { alarmId: id, reason, minutes: 480 });
    await expect(shelveAlarm(operator, { alarmId: id, reason, minutes: 5 })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await countAlarms(person('viewer', site.id))).toEqual({ unacknowledged: 0, open: 0, mostUrgent: null });
    await unshelveAlarm(operator, id);
    expect(await alarmOf(id)).toMatchObject({ state: 'active_unacknowledged', shelfReason: null });
    const { events } = await readAlarmHistory(operator, id);
    expect(events.map((one) => one.event)).toEqual(['unshelve', 'shelve', 'raise']);
    await expect(unshelveAlarm(operator, id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('rights', () => {
  it('are those of the site: a viewer acts on nothing, another site is not there', async () => {
    const [site, elsewhere] = [await makeSite(), await makeSite()];
    const { id } = await raise(site.id);
    await expect(acknowledgeAlarms(person('viewer', site.id), { alarmIds: [id] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const shelf = { alarmId: id, reason: 'long enough a reason', minutes: 5 };
    await expect(shelveAlarm(person('auditor', site.id), shelf)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const stranger = person('operator', elsewhere.id);
    await expect(acknowledgeAlarms(stranger, { alarmIds: [id] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(readAlarmHistory(stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const list = { view: 'open', limit: 10 } as const;
    expect((await browseAlarms(stranger, list)).rows).toEqual([]);
    expect((await browseAlarms(person('viewer', site.id), list)).rows.map((one) => one.id)).toEqual([id]);
    expect(await countAlarms(person('viewer', site.id))).toEqual({ unacknowledged: 1, open: 1, mostUrgent: 2 });
  });
});

describe('the list', () => {
  it('is by urgency, then by time, and pages hold every alarm once', async () => {
    const site = await makeSite();
    const viewer = person('viewer', site.id);
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 1, 0, minute));
    for (let n = 0; n < 9; n += 1) {
      const kind = (['agent_data_lost', 'gateway_error', 'break_glass'] as const)[n % 3] ?? 'break_glass';
      await raise(site.id, { kind, at: at(n - (n % 2)) });
    }
    const group = await raise(site.id, { kind: 'site_offline', subject: site.id, at: at(30) });
    await raise(site.id, { kind: 'gateway_offline', parentId: group.id });
    const ids: string[] = [];
    let cursor: Awaited<ReturnType<typeof browseAlarms>>['nextCursor'] = null;
    do {
      const page = await browseAlarms(viewer, { view: 'open', limit: 3, cursor });
      ids.push(...page.rows.map((one) => one.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const all = await browseAlarms(viewer, { view: 'open', limit: 200 });
    expect(ids).toEqual(all.rows.map((one) => one.id));
    expect(new Set(ids).size).toBe(10);
    expect(all.rows.map((one) => one.priority)).toEqual([1, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect(all.rows[0]).toMatchObject({ id: group.id, members: 1, membersPresent: 1 });
    expect((await browseAlarms(viewer, { view: 'open', parentId: group.id, limit: 10 })).rows.map((one) => one.kind)).toEqual([
      'gateway_offline',
    ]);
    expect((await browseAlarms(viewer, { view: 'open', priority: 2, siteCode: site.code, limit: 10 })).rows).toHaveLength(3);
    expect(alarmKey('site_offline', site.id)).toBe(all.rows[0]?.key);
  });
});
