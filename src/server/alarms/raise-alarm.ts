/** Raising and clearing in the transaction of the cause. Safe to repeat, and from several programs at once. */
import { type AlarmKind, ALARM_RULES, alarmKey } from '#/domain/alarms/alarm-kinds';
import type { Prisma, Tx } from '../db/client';
import type { Alarm } from '../db/generated/client';
import { announce } from './announce';
import { lockOpenAlarm, noteAlarm, stepAlarm } from './alarm-row';

export type AlarmInput = {
  kind: AlarmKind;
  /** What it is about, within its kind: a gateway id, an override request id … With the kind it makes the key (alarmKey). */
  subject: string;
  siteId: string;
  gatewayId?: string | null;
  jobId?: string | null;
  /** For people: what happened, where, and since when if that is not now. */
  message: string;
  details?: Record<string, unknown>;
  at?: Date;
  /** The gateway is being serviced: it is kept, and quiet (suppressed by design). */
  quiet?: boolean;
  /** The first-out group that it belongs to. */
  parentId?: string | null;
  /** A happening and no state: the condition is over at once, the alarm stays until somebody has seen it. */
  momentary?: boolean;
};

const ACTOR = 'fairlead';

/** Raises the alarm, or lets the one that is open for the same key know that its condition has come (again). */
export async function raiseAlarm(tx: Tx, input: AlarmInput): Promise<{ id: string; isNew: boolean }> {
  const key = alarmKey(input.kind, input.subject);
  for (;;) {
    const created = await insert(tx, key, input);
    if (created) {
      await noteAlarm(tx, created, { event: 'raise', actor: ACTOR, message: input.message, at: created.raisedAt });
      if (!input.quiet) await announce(tx, created, 'alarm.raised', created.raisedAt);
      await follow(tx, created, input);
      return { id: created.id, isNew: true };
    }
    const open = await lockOpenAlarm(tx, key);
    // Closed between the two statements: then this one is new.
    if (!open) continue;
    const { message } = input;
    const data = {
      message,
      details: (input.details ?? {}) as Prisma.InputJsonObject,
      jobId: input.jobId ?? null,
      ...(input.parentId === undefined ? {} : { parentId: input.parentId }),
    };
    const at = input.at ?? new Date();
    const raised = await stepAlarm(tx, open, { event: 'raise', actor: ACTOR, message, at, data, told: !input.quiet });
    if (raised) await follow(tx, raised, input);
    return { id: open.id, isNew: false };
  }
}

/** The condition of that key (alarmKey) is gone. What nobody has seen stays in the list. True when something changed. */
export async function clearAlarm(tx: Tx, key: string, message: string, at = new Date()): Promise<boolean> {
  const open = await lockOpenAlarm(tx, key);
  if (!open) return false;
  return (await stepAlarm(tx, open, { event: 'clear', actor: ACTOR, message, at })) !== null;
}

async function insert(tx: Tx, key: string, input: AlarmInput): Promise<Alarm | null> {
  const at = input.at ?? new Date();
  const [row] = await tx.alarm.createManyAndReturn({
    // ON CONFLICT DO NOTHING on the one-open index: of several who see the same, one makes the row.
    skipDuplicates: true,
    data: [
      {
        key,
        kind: input.kind,
        priority: ALARM_RULES[input.kind].priority,
        siteId: input.siteId,
        gatewayId: input.gatewayId ?? null,
        jobId: input.jobId ?? null,
        parentId: input.parentId ?? null,
        message: input.message,
        details: (input.details ?? {}) as Prisma.InputJsonObject,
        raisedAt: at,
        lastRaisedAt: at,
      },
    ],
  });
  return row ?? null;
}

/** What comes with a raise: quiet when it is expected, over at once when it is a happening. */
async function follow(tx: Tx, alarm: Alarm, input: AlarmInput): Promise<void> {
  if (input.quiet) await stepAlarm(tx, alarm, { event: 'suppress', actor: ACTOR, message: 'the gateway is being serviced' });
  if (input.momentary) await stepAlarm(tx, alarm, { event: 'clear', actor: ACTOR, message: 'a happening, over at once', told: false });
}
