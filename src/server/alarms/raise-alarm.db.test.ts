import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { alarmKey } from '#/domain/alarms/alarm-kinds';
import { getDb } from '../db/client';
import { type AlarmInput, clearAlarm, raiseAlarm } from './raise-alarm';

const inputOf = (more: Partial<AlarmInput> = {}): AlarmInput => ({
  kind: 'break_glass',
  subject: randomUUID(),
  siteId: randomUUID(),
  message: 'someone has broken the glass',
  ...more,
});
const raise = (input: AlarmInput) => getDb().$transaction((tx) => raiseAlarm(tx, input));
const clear = (input: AlarmInput) => getDb().$transaction((tx) => clearAlarm(tx, alarmKey(input.kind, input.subject), 'it is gone'));
const rowsOf = (input: AlarmInput) =>
  getDb().alarm.findMany({
    where: { key: alarmKey(input.kind, input.subject) },
    orderBy: { id: 'asc' },
    include: { events: { orderBy: { id: 'asc' } } },
  });

describe('raising', () => {
  it('by twenty at once makes one alarm, once', async () => {
    const input = inputOf();
    const raised = await Promise.all(Array.from({ length: 20 }, () => raise(input)));
    expect(raised.filter((one) => one.isNew)).toHaveLength(1);
    expect(new Set(raised.map((one) => one.id)).size).toBe(1);
    const [alarm, ...others] = await rowsOf(input);
    expect(others).toEqual([]);
    expect(alarm).toMatchObject({ state: 'active_unacknowledged', present: true, occurrences: 1, priority: 1 });
    expect(alarm?.events.map((event) => event.event)).toEqual(['raise']);
  });

  it('again after it has gone counts on in the same alarm, until that one is over', async () => {
    const input = inputOf();
    const first = await raise(input);
    expect([await clear(input), await clear(input)]).toEqual([true, false]);
    expect(await raise(input)).toEqual({ id: first.id, isNew: false });
    expect((await rowsOf(input))[0]).toMatchObject({ state: 'active_unacknowledged', occurrences: 2, clearedAt: null });
  });

  it('against clearing at once always ends in one open alarm or none, with a history that fits', async () => {
    const input = inputOf();
    await raise(input);
    await Promise.all(Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? clear(input) : raise(input))));
    const rows = await rowsOf(input);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.events.at(-1)?.state).toBe(rows[0]?.state);
  });

  it('while the gateway is being serviced is quiet, and a happening is over at once', async () => {
    const [quiet, happening] = [inputOf({ quiet: true }), inputOf({ momentary: true })];
    await raise(quiet);
    await raise(happening);
    expect((await rowsOf(quiet))[0]).toMatchObject({ state: 'suppressed', present: true });
    expect((await rowsOf(happening))[0]).toMatchObject({ state: 'returned_unacknowledged', present: false, closedAt: null });
  });

  it('belongs to its transaction', async () => {
    const input = inputOf();
    const failed = getDb().$transaction(async (tx) => {
      await raiseAlarm(tx, input);
      throw new Error('the cause did not happen');
    });
    await expect(failed).rejects.toThrow('the cause did not happen');
    expect(await rowsOf(input)).toEqual([]);
  });
});

it('the history refuses to be changed', async () => {
  const input = inputOf();
  await raise(input);
  const [alarm] = await rowsOf(input);
  await expect(getDb().alarmEvent.deleteMany({ where: { alarmId: alarm?.id ?? '' } })).rejects.toThrow(/append-only/);
  await expect(getDb().alarmEvent.updateMany({ where: { alarmId: alarm?.id ?? '' }, data: { message: 'x' } })).rejects.toThrow(
    /append-only/,
  );
});
