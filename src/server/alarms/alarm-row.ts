/** Alarms under lock, and one step of their life written with history, hint and messages. The one place where alarms move. */
import { type AlarmEventName, type AlarmPosition, type AlarmState, moveAlarm } from '#/domain/alarms/alarm-machine';
import type { Prisma, Tx } from '../db/client';
import type { Alarm } from '../db/generated/client';
import { hint } from '../db/hint';
import { announce } from './announce';

/** The open alarm of that key, locked; null when there is none. */
export async function lockOpenAlarm(tx: Tx, key: string): Promise<Alarm | null> {
  const [row] = await tx.$queryRaw<Alarm[]>`SELECT * FROM "Alarm" WHERE key = ${key} AND "closedAt" IS NULL FOR UPDATE`;
  return row ?? null;
}

/** The alarm of that id, locked. */
export async function lockAlarm(tx: Tx, id: string): Promise<Alarm | null> {
  const [row] = await tx.$queryRaw<Alarm[]>`SELECT * FROM "Alarm" WHERE id = ${id}::uuid FOR UPDATE`;
  return row ?? null;
}

export type AlarmStep = {
  event: AlarmEventName;
  actor: string;
  message: string;
  at?: Date;
  data?: Prisma.AlarmUncheckedUpdateInput;
  /** False: channels are not told of this step. */
  told?: boolean;
};

/** What channels were told of when it came. */
const TOLD_STATES: ReadonlySet<string> = new Set(['active_unacknowledged', 'active_acknowledged']);

/** Moves a locked alarm; null when the event changes nothing there. */
export async function stepAlarm(tx: Tx, alarm: Alarm, step: AlarmStep): Promise<Alarm | null> {
  const next = moveAlarm(positionOf(alarm), step.event);
  if (next === null) return null;
  const at = step.at ?? new Date();
  const row = await tx.alarm.update({
    where: { id: alarm.id },
    data: {
      state: next.state,
      present: next.present,
      ...(next.present && !alarm.present ? { lastRaisedAt: at, clearedAt: null, occurrences: { increment: 1 } } : {}),
      ...(alarm.present && !next.present ? { clearedAt: at } : {}),
      ...(next.state === 'active_unacknowledged' ? { acknowledgedAt: null, acknowledgedBy: null } : {}),
      ...(next.state === 'normal' ? { closedAt: at } : {}),
      ...step.data,
    },
  });
  await noteAlarm(tx, row, { event: step.event, actor: step.actor, message: step.message, at });
  if (step.told === false) return row;
  if (next.state === 'active_unacknowledged') await announce(tx, row, 'alarm.raised', at);
  if (step.event === 'clear' && TOLD_STATES.has(alarm.state)) await announce(tx, row, 'alarm.cleared', at);
  return row;
}

/** A line of the alarm's history, and the wake-up of who shows it. */
export async function noteAlarm(
  tx: Tx,
  alarm: Pick<Alarm, 'id' | 'state' | 'siteId' | 'gatewayId'>,
  note: { event: string; actor: string; message: string; at?: Date },
): Promise<void> {
  const at = note.at ?? new Date();
  const message = note.message.slice(0, 1000);
  await tx.alarmEvent.create({ data: { alarmId: alarm.id, at, event: note.event, state: alarm.state, actor: note.actor, message } });
  await hint(tx, { kind: 'alarm', alarmId: alarm.id, gatewayId: alarm.gatewayId, siteId: alarm.siteId });
}

export function positionOf(alarm: Pick<Alarm, 'state' | 'present'>): AlarmPosition {
  return { state: alarm.state as AlarmState, present: alarm.present };
}
