/** The first answer to a POST, given again for the same key and body for 24 h (contract: Idempotency). */
import { createHmac, hkdfSync } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '#/domain/errors/domain-error';
import { getEnv } from '../config/env';
import { logger } from '../config/logger';
import { getDb } from '../db/client';
import type { Answer } from './answer';

/**
 * While a request runs its claim is touched every `touchMs`, however long it takes; a claim without an answer that nobody has
 * touched for `abandonedMs` belongs to a program that died. Another caller waits `waitMs` for the answer.
 */
const TIMING = { touchMs: 10_000, abandonedMs: 60_000, waitMs: 12_000 };
const POLL_MS = 100;
const KEY = /^[\x21-\x7e]{1,255}$/;

export type IdempotentCall = { principal: string; key: string; route: string; bodyHash: string };

/** The request's key, or null; VALIDATION_FAILED for one that is none. */
export function idempotencyKey(request: Request): string | null {
  const key = request.headers.get('idempotency-key');
  if (key === null || KEY.test(key)) return key;
  throw new DomainError('VALIDATION_FAILED', 'The Idempotency-Key must have 1 to 255 visible ASCII characters.', {
    fields: [{ path: 'Idempotency-Key', message: 'must have 1 to 255 visible ASCII characters' }],
  });
}

/** Keyed SHA-256 over a form of the values in which the order of keys does not count: a body may hold a PIN, which no stored hash may betray. */
export function canonicalHash(...values: unknown[]): string {
  const key = new Uint8Array(hkdfSync('sha256', getEnv().FAIRLEAD_SECRET, '', 'fairlead idempotency v1', 32));
  return createHmac('sha256', key).update(JSON.stringify(values, sortKeys)).digest('hex');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Runs `work` once per key. A second caller waits for the first one's answer. Answers that say "try again" (5xx, 429)
 * are not kept. `work` must not throw.
 */
export async function answerOnce(call: IdempotentCall, work: () => Promise<Answer>, timing = TIMING): Promise<Answer> {
  const endsAtMs = Date.now() + timing.waitMs;
  for (;;) {
    const claim = await takeClaim(call, timing.abandonedMs);
    if (claim !== null) return runClaimed(call, claim, work, timing.touchMs);
    const row = await getDb().idempotencyRecord.findUnique({ where: { principalId_key: { principalId: call.principal, key: call.key } } });
    if (row && (row.bodyHash !== call.bodyHash || row.route !== call.route)) {
      throw new DomainError('IDEMPOTENCY_CONFLICT', 'This Idempotency-Key was used for another request.', { first_route: row.route }, [
        'Use a new key for a new request',
      ]);
    }
    if (row?.status) return replay(row.status, row.responseBody);
    if (Date.now() >= endsAtMs) {
      throw new DomainError(
        'IDEMPOTENCY_CONFLICT',
        'The first request with this Idempotency-Key is still running.',
        { in_progress: true, retry_after_seconds: 5 },
        ['Send the same request again later'],
      );
    }
    await pause(POLL_MS);
  }
}

/** When this caller may run the work: its mark. Null: someone else has the key. */
async function takeClaim({ principal, key, route, bodyHash }: IdempotentCall, abandonedMs: number): Promise<Date | null> {
  const rows = await getDb().$queryRaw<{ createdAt: Date }[]>`
    INSERT INTO "IdempotencyRecord" AS r ("principalId", key, route, "bodyHash", "createdAt", "touchedAt", "expiresAt")
    VALUES (${principal}, ${key}, ${route}, ${bodyHash}, now(), now(), now() + interval '24 hours')
    ON CONFLICT ("principalId", key) DO UPDATE SET route = EXCLUDED.route, "bodyHash" = EXCLUDED."bodyHash", status = NULL,
      "responseBody" = NULL, "createdAt" = EXCLUDED."createdAt", "touchedAt" = EXCLUDED."touchedAt", "expiresAt" = EXCLUDED."expiresAt"
    WHERE r."expiresAt" <= now() OR (r.status IS NULL AND r."bodyHash" = EXCLUDED."bodyHash" AND r.route = EXCLUDED.route
      AND r."touchedAt" < now() - make_interval(secs => ${abandonedMs / 1000}))
    RETURNING "createdAt"`;
  return rows[0]?.createdAt ?? null;
}

async function runClaimed(call: IdempotentCall, claim: Date, work: () => Promise<Answer>, touchMs: number): Promise<Answer> {
  const touches = setInterval(() => void touch(call, claim), touchMs);
  const answer = await work().finally(() => clearInterval(touches));
  const mine = { principalId: call.principal, key: call.key, createdAt: claim };
  const keep = answer.status < 500 && answer.status !== 429;
  // The work is done whether or not its answer can be kept: without it the claim is given up after a minute.
  await (keep
    ? getDb().idempotencyRecord.updateMany({ where: mine, data: { status: answer.status, responseBody: textOf(answer) } })
    : getDb().idempotencyRecord.deleteMany({ where: mine })
  ).catch((error: unknown) => logger.warn({ reason: (error as Error).message }, 'rest: an answer was not kept for its idempotency key'));
  return answer;
}

/** Says that the request is still at work. A touch that fails is followed by the next one. */
async function touch({ principal, key }: IdempotentCall, claim: Date): Promise<void> {
  await getDb().$executeRaw`
    UPDATE "IdempotencyRecord" SET "touchedAt" = now() WHERE "principalId" = ${principal} AND key = ${key} AND "createdAt" = ${claim}`.catch(
    (error: unknown) => logger.warn({ reason: (error as Error).message }, 'rest: a running request could not say so'),
  );
}

/** No POST answers with bytes. */
function textOf({ body }: Answer): string {
  if (typeof body === 'string' || body === null) return body ?? '';
  throw new Error('bytes are not kept for an idempotency key');
}

/** The body is kept as text, so that it comes back byte by byte. */
function replay(status: number, body: unknown): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers: Record<string, string> = { 'idempotency-replayed': 'true' };
  // An error names its request in the body; the header agrees with it.
  const requestId = status >= 400 ? (JSON.parse(text) as { request_id?: unknown }).request_id : undefined;
  if (typeof requestId === 'string') headers['x-request-id'] = requestId;
  return { status, body: text, headers };
}
