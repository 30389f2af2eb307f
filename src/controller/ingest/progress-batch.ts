/** Progress: the newest of each job, written in one statement per set, then told to who listens. */
import type { ProgressReport } from '#/protocol/mqtt/events';
import { getPool } from '#/server/db/client';
import { type LiveProgress, PROGRESS_CHANNEL } from '#/server/db/hint';
import { createBatchWriter } from './batch-writer';

/** Short, for people watch it; when writing takes longer than this, more is coalesced by itself. */
const FLUSH_MS = 50;
const BATCH = 200;
/** NOTIFY is limited to 8,000 bytes. */
const NOTIFY_BYTES = 7900;
const MAX_INT = 2_147_483_647;

type Report = ProgressReport & { gatewayId: string };
export type ProgressBatch = { add(gatewayId: string, report: ProgressReport): void; stop(): Promise<void> };

/**
 * The gateway id guards against a gateway that reports on another's job; the seq and the state against late reports.
 * Rows are locked in one order: several controllers may write the same jobs.
 */
const SQL = `
  WITH p AS (
    SELECT * FROM UNNEST($1::text[], $2::uuid[], $3::int[], $4::bigint[], $5::text[], $6::float8[], $7::bigint[], $8::bigint[], $9::float8[], $10::int[], $11::int[], $12::int[])
      AS p(id, gw, att, seq, st, pct, done, total, speed, conns, errs, tries)
  ), locked AS (
    SELECT j.id FROM "Job" j JOIN p ON j.id = p.id WHERE j."gatewayId" = p.gw ORDER BY j.id FOR NO KEY UPDATE OF j
  )
  UPDATE "Job" j SET percent = CASE WHEN p.pct > j.percent OR j."progressSeq" = 0 THEN p.pct ELSE j.percent END,
    "bytesDone" = p.done, "bytesTotal" = CASE WHEN p.total > 0 THEN p.total ELSE j."bytesTotal" END, "speedBytesPerSecond" = p.speed,
    connections = p.conns, errors = p.errs, retries = p.tries, "progressSeq" = p.seq, "progressAt" = now(),
    "deadlineAt" = CASE WHEN j.state = 'downloading' THEN now() + interval '12 hours' ELSE j."deadlineAt" END
  FROM p JOIN locked ON locked.id = p.id
  WHERE j.id = p.id AND j."gatewayId" = p.gw AND j.attempt = p.att AND j.state = p.st AND p.seq > j."progressSeq" AND j."finishedAt" IS NULL
  RETURNING j.id AS j, j."gatewayId" AS g, j."siteId" AS s, j.state AS st, j.percent AS p, j."bytesDone"::float8 AS b, j."bytesTotal"::float8 AS t,
    j."speedBytesPerSecond" AS v, j."progressSeq"::float8 AS q`;

export function createProgressBatch(flushMs = FLUSH_MS): ProgressBatch {
  const writer = createBatchWriter<Report>({ name: 'progress', flushMs, size: BATCH, merge: newest, write });
  return {
    // Keyed by both: what one gateway says of another's job must not displace what its owner says.
    add: (gatewayId, report) => writer.add(`${report.jobId} ${gatewayId}`, { ...report, gatewayId }),
    stop: () => writer.stop(),
  };
}

/** The report of the later attempt, then of the higher number. */
export function newest<T extends { attempt: number; seq: number }>(a: T, b: T): T {
  return b.attempt > a.attempt || (b.attempt === a.attempt && b.seq > a.seq) ? b : a;
}

async function write(part: readonly Report[]): Promise<void> {
  const column = <T>(read: (report: Report) => T): T[] => part.map(read);
  const { rows } = await getPool().query<Omit<LiveProgress, 'at'>>(SQL, [
    column((r) => r.jobId),
    column((r) => r.gatewayId),
    column((r) => Math.min(MAX_INT, r.attempt)),
    column((r) => r.seq),
    column((r) => r.state),
    column((r) => r.percent),
    column((r) => r.bytesDone),
    column((r) => r.bytesTotal),
    column((r) => r.speedBytesPerSecond),
    column((r) => Math.min(MAX_INT, r.connections)),
    column((r) => Math.min(MAX_INT, r.errors)),
    column((r) => Math.min(MAX_INT, r.retries)),
  ]);
  const saidAt = new Map(part.map((report) => [`${report.jobId} ${report.gatewayId}`, Date.parse(report.at)]));
  const payloads = toPayloads(rows.map((row) => ({ ...row, at: saidAt.get(`${row.j} ${row.g}`) ?? Date.now() })));
  if (payloads.length > 0) await getPool().query('SELECT pg_notify($1, p) FROM UNNEST($2::text[]) AS p', [PROGRESS_CHANNEL, payloads]);
}

/** JSON arrays of at most 7,900 bytes each. */
export function toPayloads(items: readonly LiveProgress[]): string[] {
  const payloads: string[] = [];
  let parts: string[] = [];
  let bytes = 2;
  for (const item of items) {
    const text = JSON.stringify(item);
    if (parts.length > 0 && bytes + text.length + 1 > NOTIFY_BYTES) {
      payloads.push(`[${parts.join(',')}]`);
      parts = [];
      bytes = 2;
    }
    parts.push(text);
    bytes += text.length + 1;
  }
  if (parts.length > 0) payloads.push(`[${parts.join(',')}]`);
  return payloads;
}
