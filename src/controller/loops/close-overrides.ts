/** Time ends overrides: open requests lapse, those in force expire, a review that nobody did is told. */
import { systemActor } from '#/server/access/actor';
import { raiseAlarm } from '#/server/alarms/raise-alarm';
import { recordAudit } from '#/server/audit/record-audit';
import { getDb } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { appendStreamEvent } from '#/server/live/append-stream-event';
import { endOverride } from '#/server/overrides/end-override';
import { lockOverride } from '#/server/overrides/lock-override';
import { moveOverride } from '#/server/overrides/move-override';
import { eachByItself } from './each-by-itself';

const actor = systemActor('controller');
const select = { id: true } as const;

/** Returns how many moved or were told. Compare-and-set: several controllers do no harm. */
export async function closeOverrides(now = new Date()): Promise<number> {
  const db = getDb();
  const [lapsed, expired, overdue] = await Promise.all([
    db.overrideRequest.findMany({ where: { state: 'requested', lapsesAt: { lte: now } }, take: 100, select }),
    db.overrideRequest.findMany({ where: { state: { in: ['approved', 'active'] }, expiresAt: { lte: now } }, take: 100, select }),
    db.overrideRequest.findMany({ where: { state: 'review_due', reviewOverdueTold: false, reviewDueAt: { lte: now } }, take: 100, select }),
  ]);
  const counts = [
    await eachByItself('override lapse', lapsed, ({ id }) => lapse(id, now)),
    await eachByItself('override expiry', expired, ({ id }) => expire(id, now)),
    await eachByItself('override review', overdue, ({ id }) => tellOverdue(id, now)),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}

function lapse(id: string, now: Date): Promise<number> {
  return getDb().$transaction(async (tx) => {
    const row = await lockOverride(tx, id);
    if (!row || row.lapsesAt > now) return 0;
    const data = { outcome: 'lapsed', endedAt: now, endReason: 'nobody answered in time', endedBy: actor.name };
    return (await moveOverride(tx, actor, row, 'lapse', data)) === null ? 0 : 1;
  });
}

function expire(id: string, now: Date): Promise<number> {
  return getDb().$transaction(async (tx) => {
    const row = await lockOverride(tx, id);
    if (!row || row.expiresAt === null || row.expiresAt > now) return 0;
    const used = (await tx.overrideGrant.count({ where: { requestId: id, usedAt: { not: null } } })) > 0;
    const end = used && row.state === 'active' ? 'used' : 'expired';
    return (await endOverride(tx, actor, row, end, 'its time is over')) ? 1 : 0;
  });
}

function tellOverdue(id: string, now: Date): Promise<number> {
  return getDb().$transaction(async (tx) => {
    const row = await lockOverride(tx, id);
    if (row?.state !== 'review_due' || row.reviewOverdueTold || row.reviewDueAt === null || row.reviewDueAt > now) return 0;
    await tx.overrideRequest.update({ where: { id }, data: { reviewOverdueTold: true } });
    await recordAudit(tx, actor, {
      name: 'override.review_overdue',
      objectType: 'override',
      objectId: id,
      siteId: row.siteId,
      data: { reviewDueAt: row.reviewDueAt.toISOString() },
    });
    const message = `The review of break-glass ${id} is overdue`;
    const { siteId, gatewayId } = row;
    await raiseAlarm(tx, { kind: 'review_overdue', subject: id, siteId, gatewayId, message, details: { override_id: id } });
    await appendStreamEvent(tx, {
      gatewayId,
      siteId,
      type: 'system_event',
      payload: {
        event: 'override_review_overdue',
        message,
        severity: 'warning',
        override_id: id,
      },
    });
    await hint(tx, { kind: 'override', gatewayId: row.gatewayId, siteId: row.siteId });
    return 1;
  });
}
