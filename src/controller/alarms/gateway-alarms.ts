/** Failed slots, and interlocks or missing signals that stand in the way of a running job. */
import { holdSchema } from '#/domain/jobs/hold';
import { isUndecided, WAITS_TO_BE_KEPT, waitsToBeKept } from '#/domain/jobs/undecided';
import { getDb } from '#/server/db/client';
import type { WantedAlarm } from './wanted-alarm';

/** A crane that works holds an update up for a while: that is no alarm yet. */
export const BLOCKING_DELAY_MS = 60_000;
export const STALE_DELAY_MS = 15_000;
/** A healthy version that a working crane keeps from being kept runs on meanwhile; one whose sources are silent is told of at once. */
export const KEEPING_DELAY_MS = 30 * 60_000;

const base = { details: {}, groupKey: null, ripe: true } as const;

type Told = { id: string; operation: string; toVersion: string };

function undecidedWords(name: string, { id, operation, toVersion, waitingFor }: Told & { waitingFor: string | null }): string {
  const files = operation === 'restore_files';
  if (waitingFor !== 'approval')
    return `${name} is to go back from ${files ? 'its restored files' : toVersion}, by a person's order; ${id} waits for the interlocks to restart it`;
  return files
    ? `${name} is not healthy with its restored files; ${id} waits for a person to keep them or to go back`
    : `${name} runs ${toVersion}, which is not healthy; ${id} waits for a person to keep it or to roll back`;
}

function notKeptWords(name: string, { id, operation, toVersion }: Told): string {
  if (operation === 'factory_reset') return `${name} is reset, which is not confirmed yet (${id})`;
  return operation === 'restore_files'
    ? `${name} runs with its restored files, which are not kept yet (${id})`
    : `${name} runs ${toVersion}, which is not kept yet (${id})`;
}

export async function errorAlarms(now: Date): Promise<WantedAlarm[]> {
  const rows = await getDb().gateway.findMany({
    where: { status: 'error' },
    select: {
      ...{ id: true, name: true, siteId: true },
      jobs: {
        where: { finishedAt: null, state: 'booted_unconfirmed' },
        select: { id: true, operation: true, toVersion: true, state: true, waitingFor: true },
        take: 1,
      },
    },
  });
  return rows
    .map(({ id, name, siteId, jobs }) => ({ id, name, siteId, undecided: jobs.find(isUndecided) }))
    .map(({ id, name, siteId, undecided }) => ({
      ...base,
      kind: 'gateway_error',
      subject: id,
      siteId,
      gatewayId: id,
      jobId: undecided?.id ?? null,
      message: undecided ? undecidedWords(name, undecided) : `The active slot of ${name} has failed`,
      at: now,
    }));
}

export async function blockingAlarms(now: Date): Promise<WantedAlarm[]> {
  const jobs = await getDb().job.findMany({
    where: {
      finishedAt: null,
      OR: [
        { state: 'waiting', waitingFor: 'safety' },
        { state: 'booted_unconfirmed', waitingFor: WAITS_TO_BE_KEPT },
      ],
    },
    select: {
      ...{ id: true, siteId: true, gatewayId: true, holds: true, stateChangedAt: true },
      ...{ state: true, waitingFor: true, operation: true, toVersion: true, gateway: { select: { name: true } } },
    },
  });
  return jobs.map((job) => {
    const { id, siteId, gatewayId, stateChangedAt, gateway } = job;
    const holds = holdSchema.array().catch([]).parse(job.holds);
    const reason = holds[0]?.message ?? 'a safety constraint blocks it';
    const kept = waitsToBeKept(job);
    const delayMs = kept && !holds.some((hold) => hold.unseen) ? KEEPING_DELAY_MS : BLOCKING_DELAY_MS;
    return {
      ...base,
      kind: 'safety_blocking',
      subject: id,
      siteId,
      gatewayId,
      jobId: id,
      message: `${kept ? notKeptWords(gateway.name, job) : `${gateway.name} waits with ${id}`}: ${reason}`,
      at: stateChangedAt,
      ripe: now.getTime() - stateChangedAt.getTime() >= delayMs,
    };
  });
}

type StaleRow = { gatewayId: string; name: string; siteId: string; jobId: string; constraints: string; since: Date };

/** Of gateways that are connected: one that is away has an alarm for that. While it restarts it cannot speak. */
export async function staleAlarms(now: Date): Promise<WantedAlarm[]> {
  const rows = await getDb().$queryRaw<StaleRow[]>`
    SELECT g.id AS "gatewayId", g.name, g."siteId", j.id AS "jobId", string_agg(b."constraint", ', ' ORDER BY b."constraint") AS constraints, min(b.since) AS since
    FROM "Job" j JOIN "Gateway" g ON g.id = j."gatewayId" JOIN "SafetyBlock" b ON b."gatewayId" = g.id AND b.stale
    WHERE j."finishedAt" IS NULL AND NOT (j.state = 'downloaded' AND j.intent = 'download') AND g.connected
      AND (j.state NOT IN ('boot_pending', 'booted_unconfirmed') OR (j.state = 'booted_unconfirmed' AND j."waitingFor" = ${WAITS_TO_BE_KEPT}))
    GROUP BY g.id, j.id`;
  return rows.map(({ gatewayId, name, siteId, jobId, constraints, since }) => ({
    ...base,
    kind: 'stale_signal',
    subject: gatewayId,
    siteId,
    gatewayId,
    jobId,
    message: `${name} does not hear ${constraints.replaceAll('_', ' ')} while ${jobId} runs`,
    at: since,
    ripe: now.getTime() - since.getTime() >= STALE_DELAY_MS,
  }));
}
