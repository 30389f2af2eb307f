/** "I have seen it." Never clears: what is present stays in the list, what has gone is over with it. */
import { z } from 'zod';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import type { Alarm } from '../db/generated/client';
import { lockAlarm, stepAlarm } from './alarm-row';
import { findAlarm } from './find-alarm';

export const acknowledgeAlarmsSchema = z.object({ alarmIds: z.array(z.uuid()).min(1).max(200) });

/** A group is acknowledged with its members. Returns how many changed: what someone else has acknowledged is fine as it is. */
export async function acknowledgeAlarms(actor: Actor, input: z.infer<typeof acknowledgeAlarmsSchema>): Promise<{ acknowledged: number }> {
  return getDb().$transaction(async (tx) => {
    let acknowledged = 0;
    // One order for everyone, so that two who acknowledge the same do not wait for each other.
    for (const id of [...new Set(input.alarmIds)].sort()) {
      const alarm = await findAlarm(tx, actor, id, 'alarm.acknowledge');
      if (!(await acknowledge(tx, actor, alarm))) continue;
      acknowledged += 1;
      const members = await acknowledgeMembers(tx, actor, alarm.id);
      const data = { key: alarm.key, members };
      await recordAudit(tx, actor, { name: 'alarm.acknowledged', objectType: 'alarm', objectId: alarm.id, siteId: alarm.siteId, data });
    }
    return { acknowledged };
  });
}

async function acknowledge(tx: Tx, actor: Actor, alarm: Alarm): Promise<boolean> {
  const at = new Date();
  const data = { acknowledgedAt: at, acknowledgedBy: actor.name };
  return (await stepAlarm(tx, alarm, { event: 'acknowledge', actor: actor.name, message: 'acknowledged', at, data })) !== null;
}

async function acknowledgeMembers(tx: Tx, actor: Actor, parentId: string): Promise<number> {
  const members = await tx.alarm.findMany({ where: { parentId, closedAt: null }, orderBy: { id: 'asc' }, select: { id: true } });
  let count = 0;
  for (const { id } of members) {
    const member = await lockAlarm(tx, id);
    if (member && (await acknowledge(tx, actor, member))) count += 1;
  }
  return count;
}
