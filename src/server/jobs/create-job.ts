/** Creates a job: one transaction of job row, timeline, audit, signed-to-be command and hints. */
import { DomainError } from '#/domain/errors/domain-error';
import { type InstallStrategy, type JobOptions, jobOptionsSchema } from '#/domain/jobs/job-options';
import { deadlineOf, isResting } from '#/domain/jobs/phase-deadlines';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import { hint } from '../db/hint';
import { type CheckedTarget, checkTarget, type TargetRequest } from './check-target';
import { dispatchJob } from './dispatch-job';
import { planInstallTime } from './install-time';
import { newPublicId } from './job-id';
import { withdrawUnsent } from './withdraw-unsent';

export type CreateJobRequest = TargetRequest & {
  intent: 'download' | 'install';
  strategy: InstallStrategy;
  options: Partial<JobOptions>;
};
export type CreatedJob = { jobId: string; target: CheckedTarget; options: JobOptions; scheduledFor: Date | null };

/** Throws UPDATE_IN_PROGRESS (OTA_001) when the gateway has an unfinished job; a resting download gives way instead. */
export async function createJob(actor: Actor, request: CreateJobRequest): Promise<CreatedJob> {
  const options = jobOptionsSchema.parse(request.options);
  try {
    return await getDb().$transaction((tx) => insertJob(tx, actor, request, options), { timeout: 15_000 });
  } catch (error) {
    // The partial unique index is what decides when two came at once on different servers.
    if ((error as { code?: string }).code === 'P2002') throw await inProgress(getDb(), request.gatewayId);
    throw error;
  }
}

async function insertJob(tx: Tx, actor: Actor, request: CreateJobRequest, options: JobOptions): Promise<CreatedJob> {
  // Orders everything that starts or ends jobs of this gateway.
  await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${request.gatewayId}::uuid FOR UPDATE`;
  const target = await checkTarget(tx, actor, request);
  const { gateway, release, targetSlot } = target;
  const unfinished = await tx.job.findMany({ where: { gatewayId: gateway.id, finishedAt: null } });
  if (unfinished.some((job) => !isResting(job))) throw await inProgress(tx, gateway.id);
  const time = request.intent === 'install' ? await planInstallTime(tx, gateway.id, request.strategy, options) : null;
  const now = new Date();
  const jobId = newPublicId('OTA-JOB');
  for (const resting of unfinished) await supersede(tx, actor, resting, jobId, now);
  const job = await tx.job.create({
    data: {
      id: jobId,
      gatewayId: gateway.id,
      siteId: gateway.siteId,
      releaseId: release.id,
      type: request.intent,
      intent: request.intent,
      strategy: request.intent === 'install' ? request.strategy : null,
      installationId: request.intent === 'install' ? newPublicId('OTA-INST') : null,
      fromVersion: gateway.activeVersion,
      toVersion: release.version,
      artifactSha256: release.artifactSha256,
      targetSlot,
      options,
      initiatedById: actor.type === 'system' ? null : actor.id,
      initiatedBy: actor.name,
      bytesTotal: release.artifact.sizeBytes,
      scheduledFor: time?.notBeforeAt ?? null,
      windowEndsAt: time?.windowEndsAt ?? null,
      deadlineAt: new Date(
        deadlineOf('offered', now.getTime(), { intent: request.intent, rebootAfter: options.rebootAfter }) ?? now.getTime(),
      ),
      events: {
        create: {
          at: now,
          kind: 'state',
          state: 'offered',
          message: `${actor.name} ordered ${release.version} for partition ${targetSlot}`,
          actor: actor.name,
        },
      },
    },
  });
  await dispatchJob(tx, job, 'job.deploy');
  const data = {
    version: release.version,
    targetSlot,
    intent: request.intent,
    strategy: request.intent === 'install' ? request.strategy : null,
  };
  await recordAudit(tx, actor, { name: 'job.created', objectType: 'job', objectId: jobId, siteId: gateway.siteId, data });
  await hint(tx, { kind: 'job', jobId, gatewayId: gateway.id, siteId: gateway.siteId });
  return { jobId, target, options, scheduledFor: time !== null && !time.isOpen ? time.notBeforeAt : null };
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

/** UPDATE_IN_PROGRESS with the job that is in the way. */
export async function inProgress(db: Pick<Tx, 'job'>, gatewayId: string): Promise<DomainError> {
  const jobs = await db.job.findMany({
    where: { gatewayId, finishedAt: null },
    orderBy: { createdAt: 'desc' },
    select: { id: true, state: true, intent: true, toVersion: true },
  });
  const job = jobs.find((one) => !isResting(one)) ?? jobs[0];
  return new DomainError(
    'UPDATE_IN_PROGRESS',
    'Another update is in progress on this gateway.',
    { job_id: job?.id, job_state: job?.state, version: job?.toVersion },
    ['Wait until it has finished', `Cancel job ${job?.id ?? ''}`.trim()],
  );
}
