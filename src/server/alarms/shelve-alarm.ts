/** Puts an alarm aside for a while, with a reason and an end: at most one shift, so that the next one looks at it again. */
import { z } from 'zod';
import { faultOfShelf, SHELF_REASON_LEAST } from '#/domain/alarms/shelf';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { stepAlarm } from './alarm-row';
import { findAlarm } from './find-alarm';

export const shelveAlarmSchema = z.object({
  alarmId: z.uuid(),
  reason: z.string().trim().min(SHELF_REASON_LEAST, `Say in at least ${SHELF_REASON_LEAST} characters why`).max(500),
  minutes: z.number().int(),
});

export async function shelveAlarm(actor: Actor, input: z.infer<typeof shelveAlarmSchema>): Promise<{ shelvedUntil: Date }> {
  const now = new Date();
  const until = new Date(now.getTime() + input.minutes * 60_000);
  const fault = faultOfShelf(now.getTime(), until.getTime());
  if (fault !== null) throw new DomainError('VALIDATION_FAILED', fault, { fields: [{ path: 'minutes', message: fault }] });
  return getDb().$transaction(async (tx) => {
    const alarm = await findAlarm(tx, actor, input.alarmId, 'alarm.shelve');
    const data = { shelvedUntil: until, shelvedBy: actor.name, shelfReason: input.reason };
    const moved = await stepAlarm(tx, alarm, { event: 'shelve', actor: actor.name, message: input.reason, at: now, data });
    if (!moved) {
      throw new DomainError('CONFLICT', `This alarm is ${alarm.state.replaceAll('_', ' ')}: only one that is in sight can be shelved.`, {
        state: alarm.state,
      });
    }
    await recordAudit(tx, actor, {
      name: 'alarm.shelved',
      objectType: 'alarm',
      objectId: alarm.id,
      siteId: alarm.siteId,
      reason: input.reason,
      data: { key: alarm.key, until: until.toISOString() },
    });
    return { shelvedUntil: until };
  });
}

/** Back into sight before its time. */
export async function unshelveAlarm(actor: Actor, alarmId: string): Promise<void> {
  await getDb().$transaction(async (tx) => {
    const alarm = await findAlarm(tx, actor, alarmId, 'alarm.shelve');
    const data = { shelvedUntil: null, shelvedBy: null, shelfReason: null };
    const moved = await stepAlarm(tx, alarm, { event: 'unshelve', actor: actor.name, message: 'taken off the shelf', data });
    if (!moved) throw new DomainError('CONFLICT', 'This alarm is not on the shelf any more.', { state: alarm.state });
    const event = { objectType: 'alarm', objectId: alarm.id, siteId: alarm.siteId, data: { key: alarm.key } } as const;
    await recordAudit(tx, actor, { name: 'alarm.unshelved', ...event });
  });
}
