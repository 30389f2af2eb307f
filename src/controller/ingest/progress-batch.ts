/** Progress: the newest of each job, written in one statement per flush, then told to who listens. */
import type { ProgressReport } from '#/protocol/mqtt/events';
import { getPool } from '#/server/db/client';
import { type LiveProgress, PROGRESS_CHANNEL } from '#/server/db/hint';
import { logger } from '#/server/config/logger';

const FLUSH_MS = 100;
const BATCH = 200;
/** NOTIFY is limited to 8,000 bytes. */
const NOTIFY_BYTES = 7900;

type Newest = ProgressReport & { gatewayId: string };
export type ProgressBatch = { add(gatewayId: string, report: ProgressReport): void; stop(): Promise<void> };

/** The gateway id guards against a gateway that reports on another's job; the seq and the state against late reports. */
const SQL = `
  UPDATE "Job" j SET percent = CASE WHEN p.pct > j.percent OR j."progressSeq" = 0 THEN p.pct ELSE j.percent END,
    "bytesDone" = p.done, "bytesTotal" = CASE WHEN p.total > 0 THEN p.total ELSE j."bytesTotal" END, "speedBytesPerSecond" = p.speed,
    connections = p.conns, errors = p.errs, retries = p.tries, "progressSeq" = p.seq, "progressAt" = now(),
    "deadlineAt" = CASE WHEN j.state = 'downloading' THEN now() + interval '12 hours' ELSE j."deadlineAt" END
  FROM UNNEST($1::text[], $2::uuid[], $3::int[], $4::bigint[], $5::text[], $6::float8[], $7::bigint[], $8::bigint[], $9::float8[], $10::int[], $11::int[], $12::int[])
    AS p(id, gw, att, seq, st, pct, done, total, speed, conns, errs, tries)
  WHERE j.id = p.id AND j."gatewayId" = p.gw AND j.attempt = p.att AND j.state = p.st AND p.seq > j."progressSeq" AND j."finishedAt" IS NULL
  RETURNING j.id AS j, j."gatewayId" AS g, j."siteId" AS s, j.state AS st, j.percent AS p, j."bytesDone"::float8 AS b, j."bytesTotal"::float8 AS t,
    j."speedBytesPerSecond" AS v, j."progressSeq"::float8 AS q`;

export function createProgressBatch(flushMs = FLUSH_MS): ProgressBatch {
  let newest = new Map<string, Newest>();
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let lastFlushMs = 0;

  const flush = () => {
    timer = null;
    if (running !== null || newest.size === 0) return;
    const reports = [...newest.values()].sort((a, b) => (a.jobId < b.jobId ? -1 : 1));
    newest = new Map();
    lastFlushMs = Date.now();
    running = write(reports)
      .catch((error: unknown) => logger.warn({ reason: (error as Error).message }, 'ingest: progress was lost'))
      .finally(() => {
        running = null;
        if (newest.size > 0) plan();
      });
  };
  // Leading edge: the first report after a quiet time does not wait.
  const plan = () => {
    timer ??= setTimeout(flush, Math.max(0, lastFlushMs + flushMs - Date.now()));
  };
  return {
    add(gatewayId, report) {
      const before = newest.get(report.jobId);
      if (before && before.gatewayId === gatewayId && before.attempt >= report.attempt && before.seq >= report.seq) return;
      newest.set(report.jobId, { ...report, gatewayId });
      plan();
    },
    async stop() {
      if (timer) clearTimeout(timer);
      flush();
      await running;
    },
  };
}

async function write(reports: readonly Newest[]): Promise<void> {
  for (let start = 0; start < reports.length; start += BATCH) {
    const part = reports.slice(start, start + BATCH);
    const column = <T>(read: (report: Newest) => T): T[] => part.map(read);
    const { rows } = await getPool().query<Omit<LiveProgress, 'at'>>(SQL, [
      column((r) => r.jobId),
      column((r) => r.gatewayId),
      column((r) => r.attempt),
      column((r) => r.seq),
      column((r) => r.state),
      column((r) => r.percent),
      column((r) => r.bytesDone),
      column((r) => r.bytesTotal),
      column((r) => r.speedBytesPerSecond),
      column((r) => r.connections),
      column((r) => r.errors),
      column((r) => r.retries),
    ]);
    const saidAt = new Map(part.map((report) => [report.jobId, Date.parse(report.at)]));
    const payloads = toPayloads(rows.map((row) => ({ ...row, at: saidAt.get(row.j) ?? Date.now() })));
    if (payloads.length > 0) await getPool().query('SELECT pg_notify($1, p) FROM UNNEST($2::text[]) AS p', [PROGRESS_CHANNEL, payloads]);
  }
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
