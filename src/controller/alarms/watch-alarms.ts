/**
 * Alarms of what lasts: compares what ought to stand with what stands, and corrects the difference. It follows from rows alone,
 * so a program that is killed or a turn that is missed changes nothing but the time.
 */
import { ALARM_RULES, type AlarmKind, alarmKey } from '#/domain/alarms/alarm-kinds';
import { announce } from '#/server/alarms/announce';
import { lockAlarm, noteAlarm, stepAlarm } from '#/server/alarms/alarm-row';
import { clearAlarm, raiseAlarm } from '#/server/alarms/raise-alarm';
import { servicedGateways } from '#/server/alarms/serviced-gateways';
import { getDb, type Tx } from '#/server/db/client';
import type { Alarm } from '#/server/db/generated/client';
import { onlyOne } from '#/server/db/only-one';
import { eachByItself } from '../loops/each-by-itself';
import { endShelves } from './end-shelves';
import { blockingAlarms, errorAlarms, staleAlarms } from './gateway-alarms';
import { offlineAlarms } from './offline-alarms';
import type { WantedAlarm } from './wanted-alarm';

const WATCHED: AlarmKind[] = ['site_offline', 'gateway_offline', 'gateway_error', 'safety_blocking', 'stale_signal'];
const ACTOR = 'fairlead';

/** One turn; returns how many alarms were touched. Of several controllers one does it. */
export async function watchAlarms(now = new Date()): Promise<number> {
  return (await onlyOne('fairlead.alarms', () => correct(now))) ?? 0;
}

async function correct(now: Date): Promise<number> {
  const ended = await endShelves(now);
  const wanted = [...(await offlineAlarms(now)), ...(await errorAlarms(now)), ...(await blockingAlarms(now)), ...(await staleAlarms(now))];
  const open = await getDb().alarm.findMany({ where: { closedAt: null, kind: { in: WATCHED } } });
  const openByKey = new Map(open.map((alarm) => [alarm.key, alarm]));
  const wantedKeys = new Set(wanted.map(({ kind, subject }) => alarmKey(kind, subject)));
  const due = wanted.filter((one) => one.ripe || openByKey.get(keyOf(one))?.present === true);
  const quietable = due.flatMap(({ kind, gatewayId }) => (ALARM_RULES[kind].quietInMaintenance && gatewayId ? [gatewayId] : []));
  const serviced = await servicedGateways([...new Set(quietable)], now.getTime());
  const isQuiet = ({ kind, gatewayId }: WantedAlarm) =>
    ALARM_RULES[kind].quietInMaintenance && gatewayId !== null && serviced.has(gatewayId);
  // Groups first: their members name them.
  const ordered = due
    .filter((one) => needsWork(one, openByKey, isQuiet(one)))
    .sort((a, b) => Number(b.kind === 'site_offline') - Number(a.kind === 'site_offline'));
  const raised = await eachByItself(
    'alarms',
    ordered.map((one) => ({ ...one, id: keyOf(one) })),
    (one) => getDb().$transaction((tx) => stand(tx, one, isQuiet(one), now)),
  );
  const gone = open.filter((alarm) => alarm.present && !wantedKeys.has(alarm.key));
  // Members first: the group ends when nobody is in it any more.
  gone.sort((a, b) => Number(b.parentId !== null) - Number(a.parentId !== null));
  const cleared = await eachByItself('alarms', gone, (alarm) => getDb().$transaction((tx) => endCondition(tx, alarm, now)));
  return ended + raised + cleared;
}

function keyOf({ kind, subject }: WantedAlarm): string {
  return alarmKey(kind, subject);
}

/** Whether the open alarm is not yet as it ought to be. */
function needsWork(one: WantedAlarm, openByKey: ReadonlyMap<string, Alarm>, quiet: boolean): boolean {
  const open = openByKey.get(keyOf(one));
  if (!open?.present) return true;
  const parentId = one.groupKey === null ? null : (openByKey.get(one.groupKey)?.id ?? 'not yet');
  if (open.parentId !== parentId) return true;
  return quiet ? open.state.startsWith('active') : open.state === 'suppressed';
}

async function stand(tx: Tx, one: WantedAlarm, quiet: boolean, now: Date): Promise<number> {
  const group =
    one.groupKey === null ? null : await tx.alarm.findFirst({ where: { key: one.groupKey, closedAt: null }, select: { id: true } });
  const parentId = group?.id ?? null;
  const { kind, subject, siteId, gatewayId, jobId, message, details, at } = one;
  const { id } = await raiseAlarm(tx, { kind, subject, siteId, gatewayId, jobId, message, details, at, quiet, parentId });
  let alarm = await lockAlarm(tx, id);
  if (alarm && alarm.parentId !== parentId) alarm = await moveToGroup(tx, alarm, parentId);
  if (alarm && quiet) await stepAlarm(tx, alarm, { event: 'suppress', actor: ACTOR, message: 'the gateway is being serviced', at: now });
  if (alarm && !quiet && alarm.state === 'suppressed')
    await stepAlarm(tx, alarm, { event: 'unsuppress', actor: ACTOR, message: 'the service is over', at: now });
  return 1;
}

/** Into a first-out group, or out of one that has ended: then it speaks for itself. */
async function moveToGroup(tx: Tx, alarm: Alarm, parentId: string | null): Promise<Alarm> {
  const moved = await tx.alarm.update({ where: { id: alarm.id }, data: { parentId } });
  const note =
    parentId === null
      ? { event: 'ungrouped', message: 'its group has ended' }
      : { event: 'grouped', message: 'part of what happened to the site' };
  await noteAlarm(tx, moved, { ...note, actor: ACTOR });
  if (parentId === null && moved.state === 'active_unacknowledged') await announce(tx, moved, 'alarm.raised');
  return moved;
}

/** A member has been seen with its group; so it is over when it is back. */
async function endCondition(tx: Tx, { id, key, parentId }: Alarm, now: Date): Promise<number> {
  if (!(await clearAlarm(tx, key, 'the condition is gone', now))) return 0;
  const alarm = await lockAlarm(tx, id);
  if (alarm?.state === 'returned_unacknowledged' && parentId !== null)
    await stepAlarm(tx, alarm, { event: 'acknowledge', actor: ACTOR, message: 'seen with its group', at: now });
  return 1;
}
