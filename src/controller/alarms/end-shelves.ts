/** The shelf's end: an alarm whose time there is over asks for attention again, or is over when its condition has gone. */
import { lockAlarm, stepAlarm } from '#/server/alarms/alarm-row';
import { getDb } from '#/server/db/client';
import { eachByItself } from '../loops/each-by-itself';

export async function endShelves(now = new Date()): Promise<number> {
  const due = await getDb().alarm.findMany({ where: { state: 'shelved', shelvedUntil: { lte: now } }, take: 500, select: { id: true } });
  return eachByItself('shelves', due, ({ id }) =>
    getDb().$transaction(async (tx) => {
      const alarm = await lockAlarm(tx, id);
      if (!alarm?.shelvedUntil || alarm.shelvedUntil > now) return 0;
      const data = { shelvedUntil: null, shelvedBy: null, shelfReason: null };
      const moved = await stepAlarm(tx, alarm, {
        event: 'unshelve',
        actor: 'fairlead',
        message: 'its time on the shelf is over',
        at: now,
        data,
      });
      return moved ? 1 : 0;
    }),
  );
}
