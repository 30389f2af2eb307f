/** Tells channels that an alarm has come or gone. Grouped, shelved and suppressed ones are not told. */
import { ALARM_RULES, type AlarmKind } from '#/domain/alarms/alarm-kinds';
import { getEnv } from '../config/env';
import type { Tx } from '../db/client';
import type { Alarm } from '../db/generated/client';
import { writeDeliveries } from '../notifications/write-deliveries';

export async function announce(tx: Tx, alarm: Alarm, topic: 'alarm.raised' | 'alarm.cleared', at = new Date()): Promise<void> {
  if (alarm.parentId !== null) return;
  const rule = ALARM_RULES[alarm.kind as AlarmKind];
  await writeDeliveries(tx, {
    topic,
    siteId: alarm.siteId,
    gatewayId: alarm.gatewayId,
    priority: alarm.priority,
    setting: rule.setting,
    alarmId: alarm.id,
    payload: {
      at: at.toISOString(),
      alarm: {
        id: alarm.id,
        kind: alarm.kind,
        priority: `P${alarm.priority}`,
        state: alarm.state,
        title: rule.title,
        message: alarm.message,
        response: rule.response,
        job_id: alarm.jobId,
        raised_at: alarm.lastRaisedAt.toISOString(),
        occurrences: alarm.occurrences,
        url: new URL(`/alarms?alarm=${alarm.id}`, getEnv().PUBLIC_URL).href,
      },
    },
  });
}
