/** One page of the job list for the screen: newest first, continued by key. */
import { z } from 'zod';
import type { JobState } from '#/domain/jobs/job-machine';
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';
import { siteWhere } from '../gateways/fleet-scope';

/** Groups of states that people ask for. */
export const JOB_GROUPS = ['all', 'active', 'waiting', 'succeeded', 'failed', 'cancelled'] as const;
export type JobGroup = (typeof JOB_GROUPS)[number];

export const browseJobsSchema = z.object({
  siteCode: z.string().max(16).optional(),
  gatewayId: z.uuid().optional(),
  group: z.enum(JOB_GROUPS).default('all'),
  /** Part of a job id, gateway name or version. */
  text: z.string().trim().max(100).optional(),
  limit: z.number().int().min(1).max(200).default(100),
  cursor: z.object({ createdAt: z.date(), id: z.string().max(64) }).nullish(),
});

export type JobRow = {
  id: string;
  gatewayId: string;
  gatewayName: string;
  siteCode: string;
  timezone: string;
  type: string;
  intent: string;
  /** domain/jobs/operations.ts */
  operation: string;
  state: JobState;
  fromVersion: string | null;
  toVersion: string;
  percent: number;
  /** Why it waits, in words: the first of what holds it. */
  heldBy: string | null;
  waitingFor: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  initiatedBy: string;
  createdAt: Date;
  finishedAt: Date | null;
  stateChangedAt: Date;
};

const GROUP_WHERE: Record<JobGroup, Prisma.Sql> = {
  all: Prisma.sql`TRUE`,
  active: Prisma.sql`j."finishedAt" IS NULL`,
  waiting: Prisma.sql`(j.state IN ('waiting', 'paused') OR (j.state = 'booted_unconfirmed' AND j."waitingFor" IS NOT NULL)) AND j."finishedAt" IS NULL`,
  succeeded: Prisma.sql`j.state = 'confirmed'`,
  failed: Prisma.sql`j.state IN ('failed', 'rolled_back')`,
  cancelled: Prisma.sql`j.state = 'cancelled'`,
};

/** A page of jobs that the actor may see. */
export async function browseJobs(
  actor: Actor,
  input: z.infer<typeof browseJobsSchema>,
): Promise<{ rows: JobRow[]; nextCursor: { createdAt: Date; id: string } | null }> {
  const parts = [siteWhere(actor, 'job.read', input, 'j'), GROUP_WHERE[input.group]];
  if (actor.gatewayId !== null) parts.push(Prisma.sql`j."gatewayId" = ${actor.gatewayId}::uuid`);
  if (input.gatewayId) parts.push(Prisma.sql`j."gatewayId" = ${input.gatewayId}::uuid`);
  if (input.text) {
    const like = `%${input.text.replace(/[\\%_]/g, '\\$&')}%`;
    // Names are matched once per gateway, not once per job; ids are upper case, and LIKE costs a tenth of ILIKE.
    parts.push(
      Prisma.sql`(j.id LIKE ${like.toUpperCase()} OR j."toVersion" LIKE ${like} OR j."gatewayId" IN (SELECT id FROM "Gateway" WHERE lower(name) LIKE ${like.toLowerCase()}))`,
    );
  }
  if (input.cursor) parts.push(Prisma.sql`(j."createdAt", j.id) < (${input.cursor.createdAt}, ${input.cursor.id})`);
  const rows = await getDb().$queryRaw<JobRow[]>`
    SELECT j.id, j."gatewayId", g.name AS "gatewayName", s.code AS "siteCode", s.timezone, j.type, j.intent, j.operation, j.state, j."fromVersion",
      j."toVersion", j.percent, j.holds -> 0 ->> 'message' AS "heldBy", j."waitingFor", j."errorCode", j."errorMessage", j."initiatedBy", j."createdAt", j."finishedAt", j."stateChangedAt"
    FROM "Job" j JOIN "Gateway" g ON g.id = j."gatewayId" JOIN "Site" s ON s.id = j."siteId"
    WHERE ${Prisma.join(parts, ' AND ')}
    ORDER BY j."createdAt" DESC, j.id DESC LIMIT ${input.limit + 1}`;
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > input.limit && last ? { createdAt: last.createdAt, id: last.id } : null };
}
