/** What has happened to one gateway, newest first: its jobs, its comings and goings, and, for who may read the audit trail, changes to it. */
import { z } from 'zod';
import { isAllowed } from '#/domain/access/grants';
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';
import { findGateway } from './find-gateway';

export const browseTimelineSchema = z.object({
  gatewayId: z.uuid(),
  limit: z.number().int().min(1).max(200).default(60),
  cursor: z.object({ at: z.date(), key: z.string().max(40) }).nullish(),
});

export type TimelineRow = {
  /** Unique, and sorts within one instant. */
  key: string;
  at: Date;
  kind: 'job' | 'presence' | 'change';
  /** Job state, online or offline, or name of the audit event. */
  what: string;
  message: string;
  actor: string | null;
  jobId: string | null;
};

/** Names of audit events that are about the gateway itself; jobs have their own timeline. */
const CHANGES = ['settings.changed', 'gateway.enrolment_issued', 'gateway.enrolled', 'gateway.fell_back', 'command.refused'];

/** A page of entries; `nextCursor` is null at the end. */
export async function browseTimeline(
  actor: Actor,
  input: z.infer<typeof browseTimelineSchema>,
): Promise<{ rows: TimelineRow[]; nextCursor: { at: Date; key: string } | null }> {
  const gateway = await findGateway(actor, { id: input.gatewayId }, 'job.read');
  const limit = input.limit + 1;
  const id = Prisma.sql`${gateway.id}::uuid`;
  const { cursor } = input;
  // Each part is cut by time first (`at` may tie with the cursor), then the union by (at, key).
  const until = (column: Prisma.Sql) => (cursor ? Prisma.sql`AND ${column} <= ${cursor.at}` : Prisma.empty);
  const after = cursor ? Prisma.sql`WHERE (at, key) < (${cursor.at}, ${cursor.key})` : Prisma.empty;
  // As many of one instant as the limit could hide the rest of it, so ties are read in full (WITH TIES).
  const parts = [
    Prisma.sql`(
      SELECT 'j' || lpad(e.id::text, 19, '0') AS key, e.at, 'job' AS kind, COALESCE(e.state, e.kind) AS what, e.message, e.actor, e."jobId"
      FROM "JobEvent" e JOIN "Job" j ON j.id = e."jobId" WHERE j."gatewayId" = ${id} ${until(Prisma.sql`e.at`)}
      ORDER BY e.at DESC FETCH FIRST ${limit} ROWS WITH TIES)`,
    Prisma.sql`(
      SELECT 's' || lpad(s.id::text, 19, '0'), s.at, 'presence', CASE s.payload ->> 'severity' WHEN 'warning' THEN 'offline' ELSE 'online' END, COALESCE(s.payload ->> 'message', ''), NULL, NULL
      FROM "StreamEvent" s WHERE s."gatewayId" = ${id} AND s.type = 'status_change' AND s.payload ->> 'job_id' IS NULL ${until(Prisma.sql`s.at`)}
      ORDER BY s.at DESC FETCH FIRST ${limit} ROWS WITH TIES)`,
  ];
  if (isAllowed(actor.grants, 'audit.read', gateway.siteId)) {
    parts.push(Prisma.sql`(
      SELECT 'a' || lpad(a.seq::text, 19, '0'), a.at, 'change', a.name, a.data::text, a."actorName", NULL
      FROM "AuditEvent" a WHERE a."objectType" = 'gateway' AND a."objectId" = ${gateway.id} AND a.name = ANY(${CHANGES}) ${until(Prisma.sql`a.at`)}
      ORDER BY a.at DESC FETCH FIRST ${limit} ROWS WITH TIES)`);
  }
  const found = await getDb().$queryRaw<TimelineRow[]>`
    SELECT * FROM (SELECT key COLLATE "C" AS key, at, kind, what, message, actor, "jobId" FROM (${Prisma.join(parts, ' UNION ALL ')}) u) t
    ${after} ORDER BY at DESC, key DESC LIMIT ${limit}`;
  const rows = found
    .slice(0, input.limit)
    .map((row) => (row.kind === 'change' ? { ...row, message: wordsOfChange(row.what, row.message) } : row));
  const last = rows.at(-1);
  return { rows, nextCursor: found.length > input.limit && last ? { at: last.at, key: last.key } : null };
}

/** The data of an audit event as a sentence. */
function wordsOfChange(name: string, json: string): string {
  const data = JSON.parse(json) as Record<string, unknown>;
  switch (name) {
    case 'settings.changed':
      return `settings changed: ${Object.keys((data.changes as object | undefined) ?? {}).join(', ')}`;
    case 'gateway.enrolment_issued':
      return 'a one-time enrolment token was issued';
    case 'gateway.enrolled':
      return `a device enrolled with serial number ${String(data.serialNumber)}`;
    case 'gateway.fell_back':
      return `booted ${String(data.bootedVersion ?? 'an unknown version')} instead of ${String(data.expectedVersion ?? 'the expected version')}`;
    default:
      return `the agent refused a command (${String(data.code)})`;
  }
}
