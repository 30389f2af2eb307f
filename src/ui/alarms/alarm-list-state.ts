/** The state of the alarm list in the URL. Shared by page and view. */
import { createLoader, parseAsInteger, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const ALARM_VIEWS = ['open', 'unacknowledged', 'shelved', 'suppressed', 'closed'] as const;

export const alarmListParsers = {
  site: parseAsString,
  view: parseAsStringLiteral(ALARM_VIEWS).withDefault('open'),
  priority: parseAsInteger,
  /** The alarm whose detail is open. */
  alarm: parseAsString,
};

export const loadAlarmListState = createLoader(alarmListParsers);
export type AlarmListState = Awaited<ReturnType<typeof loadAlarmListState>>;

/** The input of `alarms.browse` for a state. */
export function alarmsInput({ site, view, priority }: AlarmListState) {
  const known = priority !== null && priority >= 1 && priority <= 3 ? priority : undefined;
  return { siteCode: site ?? undefined, view, priority: known, limit: 100 };
}
