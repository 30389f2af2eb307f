/** An alarm that ought to stand, as the rows say now. */
import type { AlarmKind } from '#/domain/alarms/alarm-kinds';

export type WantedAlarm = {
  kind: AlarmKind;
  subject: string;
  siteId: string;
  gatewayId: string | null;
  jobId: string | null;
  message: string;
  details: Record<string, unknown>;
  at: Date;
  /** Key of the group's alarm. */
  groupKey: string | null;
  /** False: so young that it may pass by itself (on-delay). What stands already stands on. */
  ripe: boolean;
};
