/** Updates of a gateway that are over (contract: GET /history/updates), with the statistics beside them. */
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import { decodeCursor, encodeCursor } from './list-cursor';

export type HistoryStatus = 'success' | 'failed' | 'cancelled';

export type HistoryInput = {
  gatewayId: string;
  status?: HistoryStatus | undefined;
  type?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  limit: number;
  cursor?: string | undefined;
};

export type HistoryStatistics = {
  succeeded: number;
  failed: number;
  averageSeconds: number | null;
  lastSuccess: Date | null;
  lastFailure: Date | null;
};

const STATES: Record<HistoryStatus, string[]> = { success: ['confirmed'], failed: ['failed', 'rolled_back'], cancelled: ['cancelled'] };
/** Reaching these says that a check was passed. */
const MILESTONES = ['writing', 'boot_pending', 'waiting'];

/** A page of the history, newest end first; `reached` holds the milestones of each job, `overrideId` the override that it used last. */
export async function updateHistory(actor: Actor, input: HistoryInput) {
  const gateway = await findGateway(actor, { id: input.gatewayId }, 'job.read');
  const parts = [
    Prisma.sql`j."gatewayId" = ${gateway.id}::uuid`,
    Prisma.sql`j."finishedAt" IS NOT NULL`,
    Prisma.sql`j.operation = 'update'`,
  ];
  if (input.type) parts.push(Prisma.sql`r.type = ${input.type}`);
  if (input.since) parts.push(Prisma.sql`j."finishedAt" >= ${input.since}`);
  if (input.until) parts.push(Prisma.sql`j."finishedAt" < ${input.until}`);
  const scope = Prisma.join(parts, ' AND ');
  const states = input.status ? Prisma.sql`AND j.state = ANY(${STATES[input.status]})` : Prisma.empty;
  const after = input.cursor === undefined ? null : decodeCursor(input.cursor);
  const beyond = after ? Prisma.sql`AND (j."finishedAt", j.id) < (${after.at}, ${after.id})` : Prisma.empty;
  const db = getDb();
  const [found, counted] = await Promise.all([
    db.$queryRaw<{ id: string }[]>`
      SELECT j.id FROM "Job" j LEFT JOIN "Release" r ON r.id = j."releaseId" WHERE ${scope} ${states} ${beyond}
      ORDER BY j."finishedAt" DESC, j.id DESC LIMIT ${input.limit + 1}`,
    db.$queryRaw<HistoryStatistics[]>`
      SELECT count(*) FILTER (WHERE j.state = 'confirmed')::int AS succeeded,
        count(*) FILTER (WHERE j.state IN ('failed', 'rolled_back'))::int AS failed,
        (avg(extract(epoch FROM j."finishedAt" - COALESCE(j."startedAt", j."createdAt"))) FILTER (WHERE j.state = 'confirmed'))::float8 AS "averageSeconds",
        max(j."finishedAt") FILTER (WHERE j.state = 'confirmed') AS "lastSuccess",
        max(j."finishedAt") FILTER (WHERE j.state IN ('failed', 'rolled_back')) AS "lastFailure"
      FROM "Job" j LEFT JOIN "Release" r ON r.id = j."releaseId" WHERE ${scope}`,
  ]);
  const ids = found.slice(0, input.limit).map((row) => row.id);
  const [jobs, events, uses] = await Promise.all([
    db.job.findMany({ where: { id: { in: ids } }, include: { release: { select: { type: true, changelog: true } } } }),
    db.jobEvent.findMany({
      where: { jobId: { in: ids }, state: { in: MILESTONES } },
      distinct: ['jobId', 'state'],
      select: { jobId: true, state: true },
    }),
    db.overrideGrant.findMany({
      where: { usedByJobId: { in: ids } },
      orderBy: { usedAt: 'asc' },
      select: { usedByJobId: true, requestId: true },
    }),
  ]);
  const entries = ids.flatMap((id) => {
    const job = jobs.find((one) => one.id === id);
    const finishedAt = job?.finishedAt;
    if (!job || !finishedAt) return [];
    const reached = new Set(events.flatMap((event) => (event.jobId === id && event.state ? [event.state] : [])));
    // The last one: what it let happen is nearest to the end.
    const overrideId = uses.findLast((use) => use.usedByJobId === id)?.requestId ?? null;
    return [{ ...job, finishedAt, reached, overrideId }];
  });
  const last = entries.at(-1);
  const statistics = counted[0] ?? { succeeded: 0, failed: 0, averageSeconds: null, lastSuccess: null, lastFailure: null };
  const nextCursor = found.length > input.limit && last ? encodeCursor({ at: last.finishedAt, id: last.id }) : null;
  return { entries, statistics, nextCursor };
}
