/** The one place where jobs begin: one transaction of job row, timeline, audit, signed-to-be command and hints. */
import { DomainError } from '#/domain/errors/domain-error';
import { type InstallStrategy, type JobOptions, jobOptionsSchema, type SlotId } from '#/domain/jobs/job-options';
import type { JobOperation } from '#/domain/jobs/operations';
import { deadlineOf, isResting } from '#/domain/jobs/phase-deadlines';
import { isUndecided, waitsToBeKept } from '#/domain/jobs/undecided';
import type { OperationClass } from '#/domain/safety/policy';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import type { Job } from '../db/generated/client';
import { hint } from '../db/hint';
import { readSettings } from '../settings/read-settings';
import { firstOrderOf } from './command-of-job';
import { dispatchJob } from './dispatch-job';
import { type InstallTime, planInstallTime } from './install-time';
import { newPublicId, type PublicIdPrefix } from './job-id';
import type { StoredRecovery } from './recovery-order';
import { withdrawUnsent } from './withdraw-unsent';

export type JobDraft = {
  gateway: { id: string; siteId: string; activeVersion: string | null };
  operation: JobOperation;
  /** Contract: Jobs, `type`. */
  type: 'download' | 'install' | 'rollback' | 'snapshot';
  intent: 'download' | 'install';
  /** With the class that an immediate one must be free for; null: it has no time of its own. */
  time: { strategy: InstallStrategy; operation: OperationClass } | null;
  /** Of the id that the contract gives beside the job's own; null: none. */
  secondId: PublicIdPrefix | null;
  toVersion: string;
  targetSlot: SlotId;
  release?: { id: string; artifactSha256: string };
  /** Of an image that is no release. */
  artifactSha256?: string;
  recovery?: StoredRecovery;
  options?: JobOptions;
  bytesTotal: bigint;
  /** First line of the timeline, after the actor's name. */
  message: string;
  /** Instead of the phase's own deadline. */
  offeredForMs?: number;
  /** Rows that belong to the job, before its order is made. */
  withJob?: (job: Job) => Promise<void>;
};
export type OrderedJob = { job: Job; time: InstallTime | null };

/** Runs `work` while nothing else starts or ends jobs of this gateway. Throws UPDATE_IN_PROGRESS (OTA_001) when two came at once. */
export async function withGatewayLocked<T>(gatewayId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await getDb().$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${gatewayId}::uuid FOR UPDATE`;
        return work(tx);
      },
      { timeout: 15_000 },
    );
  } catch (error) {
    // The partial unique index is what decides when two came at once on different servers.
    if ((error as { code?: string }).code === 'P2002') throw await inProgress(getDb(), gatewayId);
    throw error;
  }
}

/**
 * Writes the job and gives its order to the outbox, or keeps it while something holds it. The caller holds the gateway's lock.
 * Throws UPDATE_IN_PROGRESS (OTA_001) when the gateway has an unfinished job; a resting download gives way instead.
 */
export async function orderJob(tx: Tx, actor: Actor, draft: JobDraft): Promise<OrderedJob> {
  const { gateway } = draft;
  const unfinished = await tx.job.findMany({ where: { gatewayId: gateway.id, finishedAt: null } });
  if (unfinished.some((job) => !isResting(job))) throw await inProgress(tx, gateway.id);
  const time = draft.time === null ? null : await planInstallTime(tx, gateway.id, draft.time.strategy, draft.time.operation);
  const now = new Date();
  const jobId = newPublicId('OTA-JOB');
  for (const resting of unfinished) await supersede(tx, actor, resting, jobId, now);
  const { auto_update } = (await readSettings(tx, gateway.id)).body;
  const options = { ...(draft.options ?? jobOptionsSchema.parse({})), autoRollback: auto_update.auto_rollback };
  const phaseMs = deadlineOf('offered', now.getTime(), { intent: draft.intent, rebootAfter: options.rebootAfter });
  const job = await tx.job.create({
    data: {
      id: jobId,
      gatewayId: gateway.id,
      siteId: gateway.siteId,
      releaseId: draft.release?.id ?? null,
      type: draft.type,
      intent: draft.intent,
      operation: draft.operation,
      ...(draft.recovery === undefined ? {} : { recovery: draft.recovery }),
      strategy: draft.time?.strategy ?? null,
      installationId: draft.secondId === null ? null : newPublicId(draft.secondId),
      fromVersion: gateway.activeVersion,
      toVersion: draft.toVersion,
      artifactSha256: draft.release?.artifactSha256 ?? draft.artifactSha256 ?? null,
      targetSlot: draft.targetSlot,
      options,
      initiatedById: actor.type === 'system' ? null : actor.id,
      initiatedBy: actor.name,
      bytesTotal: draft.bytesTotal,
      scheduledFor: time?.notBeforeAt ?? null,
      windowEndsAt: time?.windowEndsAt ?? null,
      deadlineAt: new Date(draft.offeredForMs === undefined ? (phaseMs ?? now.getTime()) : now.getTime() + draft.offeredForMs),
      events: { create: { at: now, kind: 'state', state: 'offered', message: `${actor.name} ${draft.message}`, actor: actor.name } },
    },
  });
  await draft.withJob?.(job);
  await dispatchJob(tx, job, firstOrderOf(job));
  await recordAudit(tx, actor, {
    name: 'job.created',
    objectType: 'job',
    objectId: jobId,
    siteId: gateway.siteId,
    ...(draft.recovery === undefined ? {} : { reason: draft.recovery.reason }),
    data: {
      version: draft.toVersion,
      targetSlot: draft.targetSlot,
      intent: draft.intent,
      strategy: draft.time?.strategy ?? null,
      operation: draft.operation,
    },
  });
  await hint(tx, { kind: 'job', jobId, gatewayId: gateway.id, siteId: gateway.siteId });
  return { job, time };
}

type Resting = { id: string; gatewayId: string; siteId: string };

/** The agent drops what rests by itself when the new order comes; its staged bytes are kept by content. */
async function supersede(tx: Tx, actor: Actor, job: Resting, by: string, now: Date): Promise<void> {
  await tx.job.update({
    where: { id: job.id },
    data: { state: 'cancelled', stateChangedAt: now, finishedAt: now, deadlineAt: null, errorMessage: `superseded by ${by}` },
  });
  await withdrawUnsent(tx, job.id);
  await tx.jobEvent.create({
    data: {
      jobId: job.id,
      at: now,
      kind: 'state',
      state: 'cancelled',
      message: `superseded by ${by}`,
      actor: actor.name,
      details: { reason: 'superseded' },
    },
  });
  await recordAudit(tx, actor, { name: 'job.superseded', objectType: 'job', objectId: job.id, siteId: job.siteId, data: { by } });
  await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
}

function waysOut(job: { id: string; state: string; waitingFor: string | null } | undefined): string[] {
  if (job === undefined) return ['Wait until it has finished'];
  if (isUndecided(job)) return [`Decide about job ${job.id}: keep its version or roll back`];
  if (waitsToBeKept(job)) return ['Wait until its version is kept', `Roll job ${job.id} back`];
  return ['Wait until it has finished', `Cancel job ${job.id}`];
}

/** UPDATE_IN_PROGRESS with the job that is in the way. */
export async function inProgress(db: Pick<Tx, 'job'>, gatewayId: string): Promise<DomainError> {
  const jobs = await db.job.findMany({
    where: { gatewayId, finishedAt: null },
    orderBy: { createdAt: 'desc' },
    select: { id: true, state: true, intent: true, toVersion: true, waitingFor: true },
  });
  const job = jobs.find((one) => !isResting(one)) ?? jobs[0];
  return new DomainError(
    'UPDATE_IN_PROGRESS',
    'Another update is in progress on this gateway.',
    { job_id: job?.id, job_state: job?.state, version: job?.toVersion },
    waysOut(job),
  );
}
