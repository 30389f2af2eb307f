import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';
import { visibleAlarms } from './browse-alarms';

export type AlarmCounts = {
  /** Nobody has seen these yet. */
  unacknowledged: number;
  /** All that are in sight. */
  open: number;
  /** The most urgent of the unacknowledged; null when there is none. */
  mostUrgent: number | null;
};

/** For the navigation. Members of a group count as their group. */
export async function countAlarms(actor: Actor): Promise<AlarmCounts> {
  const [row] = await getDb().$queryRaw<AlarmCounts[]>`
    SELECT count(*) FILTER (WHERE ${UNSEEN})::int AS unacknowledged, count(*)::int AS open, min(a.priority) FILTER (WHERE ${UNSEEN}) AS "mostUrgent"
    FROM "Alarm" a WHERE a."closedAt" IS NULL AND a."parentId" IS NULL AND a.state NOT IN ('shelved', 'suppressed') AND ${visibleAlarms(actor)}`;
  return row ?? { unacknowledged: 0, open: 0, mostUrgent: null };
}

const UNSEEN = Prisma.sql`a.state IN ('active_unacknowledged', 'returned_unacknowledged')`;
