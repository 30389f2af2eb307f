/** The job list of one gateway (contract: GET /jobs): newest first, continued by key, with the counts of today. */
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import { decodeCursor, encodeCursor } from './list-cursor';

export type ListedStatus = 'active' | 'pending' | 'completed' | 'failed' | 'cancelled';

export type ListJobsInput = {
  gatewayId: string;
  status?: Exclude<ListedStatus, 'cancelled'> | undefined;
  type?: string | undefined;
  limit: number;
  cursor?: string | undefined;
};

/** A finished download that rests is complete: that is all it was asked to do. */
const RESTING = Prisma.sql`(state = 'downloaded' AND intent = 'download')`;
const STATUS = Prisma.sql`CASE
  WHEN state = 'confirmed' OR (${RESTING} AND "finishedAt" IS NULL) THEN 'completed'
  WHEN state IN ('failed', 'rolled_back') THEN 'failed'
  WHEN state = 'cancelled' THEN 'cancelled'
  WHEN state IN ('offered', 'waiting', 'paused') OR (state = 'booted_unconfirmed' AND "waitingFor" IS NOT NULL) THEN 'pending'
  ELSE 'active' END`;

/** A page of jobs and the summary. */
export async function listJobs(actor: Actor, input: ListJobsInput) {
  const gateway = await findGateway(actor, { id: input.gatewayId }, 'job.read');
  const parts = [Prisma.sql`"gatewayId" = ${gateway.id}::uuid`];
  if (input.type) parts.push(Prisma.sql`type = ${input.type}`);
  if (input.status) parts.push(Prisma.sql`${STATUS} = ${input.status}`);
  const after = input.cursor === undefined ? null : decodeCursor(input.cursor);
  if (after) parts.push(Prisma.sql`("createdAt", id) < (${after.at}, ${after.id})`);
  const db = getDb();
  const found = await db.$queryRaw<{ id: string; status: ListedStatus }[]>`
    SELECT id, ${STATUS} AS status FROM "Job" WHERE ${Prisma.join(parts, ' AND ')} ORDER BY "createdAt" DESC, id DESC LIMIT ${input.limit + 1}`;
  const page = found.slice(0, input.limit);
  const [rows, summary] = await Promise.all([
    db.job.findMany({
      where: { id: { in: page.map((row) => row.id) } },
      include: { release: { select: { type: true, artifact: { select: { sizeBytes: true } } } } },
    }),
    countJobs(gateway.id),
  ]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const jobs = page.flatMap(({ id, status }) => {
    const job = byId.get(id);
    return job ? [{ ...job, listedStatus: status }] : [];
  });
  const last = jobs.at(-1);
  return { jobs, summary, nextCursor: found.length > input.limit && last ? encodeCursor({ at: last.createdAt, id: last.id }) : null };
}

export type JobCounts = { active: number; pending: number; completedToday: number; failedToday: number };

/** Counts of one gateway; "today" is the day at its site. */
export async function countJobs(gatewayId: string): Promise<JobCounts> {
  const rows = await getDb().$queryRaw<JobCounts[]>`
    WITH day AS (
      SELECT date_trunc('day', now() AT TIME ZONE s.timezone) AT TIME ZONE s.timezone AS start
      FROM "Gateway" g JOIN "Site" s ON s.id = g."siteId" WHERE g.id = ${gatewayId}::uuid
    ), job AS (
      SELECT ${STATUS} AS status, COALESCE("finishedAt", "downloadedAt") AS ended FROM "Job"
      WHERE "gatewayId" = ${gatewayId}::uuid AND ("finishedAt" IS NULL OR "finishedAt" >= (SELECT start FROM day))
    )
    SELECT count(*) FILTER (WHERE status = 'active')::int AS active, count(*) FILTER (WHERE status = 'pending')::int AS pending,
      count(*) FILTER (WHERE status = 'completed' AND ended >= (SELECT start FROM day))::int AS "completedToday",
      count(*) FILTER (WHERE status = 'failed' AND ended >= (SELECT start FROM day))::int AS "failedToday"
    FROM job`;
  return rows[0] ?? { active: 0, pending: 0, completedToday: 0, failedToday: 0 };
}
