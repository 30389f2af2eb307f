/** The alarm list for the screen: what is open by urgency, what is over by time; continued by key. */
import { z } from 'zod';
import type { AlarmState } from '#/domain/alarms/alarm-machine';
import { permittedSites } from '#/domain/access/grants';
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';

export const ALARM_VIEWS = ['open', 'unacknowledged', 'shelved', 'suppressed', 'closed'] as const;
export type AlarmView = (typeof ALARM_VIEWS)[number];

export const browseAlarmsSchema = z.object({
  siteCode: z.string().max(16).optional(),
  gatewayId: z.uuid().optional(),
  view: z.enum(ALARM_VIEWS).default('open'),
  priority: z.number().int().min(1).max(3).optional(),
  /** Members of this first-out group instead of the list itself. */
  parentId: z.uuid().optional(),
  /** This one, in whatever state it is. */
  alarmId: z.uuid().optional(),
  limit: z.number().int().min(1).max(200).default(100),
  cursor: z.object({ priority: z.number().int(), at: z.date(), id: z.uuid() }).nullish(),
});

export type AlarmRow = {
  id: string;
  key: string;
  kind: string;
  priority: number;
  state: AlarmState;
  present: boolean;
  siteId: string;
  siteCode: string;
  timezone: string;
  gatewayId: string | null;
  gatewayName: string | null;
  jobId: string | null;
  message: string;
  occurrences: number;
  raisedAt: Date;
  lastRaisedAt: Date;
  clearedAt: Date | null;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  shelvedUntil: Date | null;
  shelvedBy: string | null;
  shelfReason: string | null;
  closedAt: Date | null;
  /** Of a first-out group: all that belong to it as it was raised last, and those that are still away. */
  members: number;
  membersPresent: number;
};
type Cursor = { priority: number; at: Date; id: string };

/** "Open" is what an operator works with: shelved and suppressed ones have lists of their own. */
const VIEW_WHERE: Record<AlarmView, Prisma.Sql> = {
  open: Prisma.sql`a."closedAt" IS NULL AND a.state NOT IN ('shelved', 'suppressed')`,
  unacknowledged: Prisma.sql`a."closedAt" IS NULL AND a.state IN ('active_unacknowledged', 'returned_unacknowledged')`,
  shelved: Prisma.sql`a."closedAt" IS NULL AND a.state = 'shelved'`,
  suppressed: Prisma.sql`a."closedAt" IS NULL AND a.state = 'suppressed'`,
  closed: Prisma.sql`a."closedAt" IS NOT NULL`,
};

export async function browseAlarms(
  actor: Actor,
  input: z.infer<typeof browseAlarmsSchema>,
): Promise<{ rows: AlarmRow[]; nextCursor: Cursor | null }> {
  const parts = [visibleAlarms(actor)];
  if (input.alarmId) parts.push(Prisma.sql`a.id = ${input.alarmId}::uuid`);
  else if (input.parentId)
    parts.push(
      Prisma.sql`a."parentId" = ${input.parentId}::uuid AND (a."closedAt" IS NULL OR a."lastRaisedAt" >= (SELECT "lastRaisedAt" FROM "Alarm" WHERE id = ${input.parentId}::uuid))`,
    );
  else parts.push(VIEW_WHERE[input.view], Prisma.sql`a."parentId" IS NULL`);
  if (input.siteCode) parts.push(Prisma.sql`s.code = ${input.siteCode}`);
  if (input.gatewayId) parts.push(Prisma.sql`a."gatewayId" = ${input.gatewayId}::uuid`);
  if (input.priority) parts.push(Prisma.sql`a.priority = ${input.priority}`);
  const byUrgency = input.view !== 'closed' && !input.parentId;
  if (input.cursor) parts.push(after(input.cursor, byUrgency));
  const order = byUrgency ? Prisma.sql`a.priority, a."lastRaisedAt" DESC, a.id DESC` : Prisma.sql`a."lastRaisedAt" DESC, a.id DESC`;
  const rows = await getDb().$queryRaw<AlarmRow[]>`
    SELECT p.*, (SELECT count(*)::int FROM "Alarm" m WHERE m."parentId" = p.id AND (m."closedAt" IS NULL OR m."lastRaisedAt" >= p."lastRaisedAt")) AS members,
      (SELECT count(*)::int FROM "Alarm" m WHERE m."parentId" = p.id AND m.present) AS "membersPresent"
    FROM (SELECT a.id, a.key, a.kind, a.priority, a.state, a.present, a."siteId", s.code AS "siteCode", s.timezone, a."gatewayId", g.name AS "gatewayName",
        a."jobId", a.message, a.occurrences, a."raisedAt", a."lastRaisedAt", a."clearedAt", a."acknowledgedAt", a."acknowledgedBy", a."shelvedUntil",
        a."shelvedBy", a."shelfReason", a."closedAt"
      FROM "Alarm" a JOIN "Site" s ON s.id = a."siteId" LEFT JOIN "Gateway" g ON g.id = a."gatewayId"
      WHERE ${Prisma.join(parts, ' AND ')} ORDER BY ${order} LIMIT ${input.limit + 1}) p`;
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  const nextCursor = rows.length > input.limit && last ? { priority: last.priority, at: last.lastRaisedAt, id: last.id } : null;
  return { rows: page, nextCursor };
}

function after({ priority, at, id }: Cursor, byUrgency: boolean): Prisma.Sql {
  const later = Prisma.sql`(a."lastRaisedAt", a.id) < (${at}, ${id}::uuid)`;
  return byUrgency ? Prisma.sql`(a.priority > ${priority} OR (a.priority = ${priority} AND ${later}))` : later;
}

/** SQL that keeps alarms of sites (and of the bound gateway) that the actor may see. */
export function visibleAlarms(actor: Actor): Prisma.Sql {
  const sites = permittedSites(actor.grants, 'alarm.read');
  const bySite = sites === 'all' ? Prisma.sql`TRUE` : Prisma.sql`a."siteId" = ANY(${sites}::uuid[])`;
  return actor.gatewayId === null ? bySite : Prisma.sql`${bySite} AND a."gatewayId" = ${actor.gatewayId}::uuid`;
}
