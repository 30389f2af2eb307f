import { z } from 'zod';
import { acknowledgeAlarms, acknowledgeAlarmsSchema } from '../../alarms/acknowledge-alarms';
import { browseAlarms, browseAlarmsSchema } from '../../alarms/browse-alarms';
import { countAlarms } from '../../alarms/count-alarms';
import { readAlarmHistory } from '../../alarms/read-alarm';
import { shelveAlarm, shelveAlarmSchema, unshelveAlarm } from '../../alarms/shelve-alarm';
import { procedure, router } from '../init';

const oneAlarm = z.object({ alarmId: z.uuid() });

export const alarmsRouter = router({
  /** One page of a view; use as an infinite query. */
  browse: procedure('alarm.read')
    .input(browseAlarmsSchema)
    .query(({ ctx, input }) => browseAlarms(ctx.actor, input)),
  /** For the navigation. */
  count: procedure('alarm.read').query(({ ctx }) => countAlarms(ctx.actor)),
  history: procedure('alarm.read')
    .input(oneAlarm)
    .query(({ ctx, input }) => readAlarmHistory(ctx.actor, input.alarmId)),
  acknowledge: procedure('alarm.acknowledge')
    .input(acknowledgeAlarmsSchema)
    .mutation(({ ctx, input }) => acknowledgeAlarms(ctx.actor, input)),
  shelve: procedure('alarm.shelve')
    .input(shelveAlarmSchema)
    .mutation(({ ctx, input }) => shelveAlarm(ctx.actor, input)),
  unshelve: procedure('alarm.shelve')
    .input(oneAlarm)
    .mutation(({ ctx, input }) => unshelveAlarm(ctx.actor, input.alarmId)),
});
