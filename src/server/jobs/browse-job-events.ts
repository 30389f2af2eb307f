import { z } from 'zod';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { findJob } from './find-job';

export const browseJobEventsSchema = z.object({
  jobId: z.string().min(1).max(64),
  limit: z.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,19}$/)
    .nullish(),
});

export type JobEventRow = { id: string; at: Date; kind: string; state: string | null; message: string; actor: string };

/** A page of a job's timeline, newest first; `nextCursor` is null at the end. */
export async function browseJobEvents(
  actor: Actor,
  input: z.infer<typeof browseJobEventsSchema>,
): Promise<{ rows: JobEventRow[]; nextCursor: string | null }> {
  const job = await findJob(actor, input.jobId);
  const found = await getDb().jobEvent.findMany({
    where: { jobId: job.id, ...(input.cursor ? { id: { lt: BigInt(input.cursor) } } : {}) },
    orderBy: { id: 'desc' },
    take: input.limit + 1,
    select: { id: true, at: true, kind: true, state: true, message: true, actor: true },
  });
  const rows = found.slice(0, input.limit).map((row) => ({ ...row, id: String(row.id) }));
  return { rows, nextCursor: found.length > input.limit ? (rows.at(-1)?.id ?? null) : null };
}
