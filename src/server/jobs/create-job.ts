/** Creates the job of an update (order-job.ts makes it). */
import { type InstallStrategy, type JobOptions, jobOptionsSchema } from '#/domain/jobs/job-options';
import type { Actor } from '../access/actor';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb, type Tx } from '../db/client';
import { orderJobSnapshot } from '../recovery/job-snapshot';
import { readSettings } from '../settings/read-settings';
import { type CheckedTarget, checkTarget, type TargetRequest } from './check-target';
import { orderJob, withGatewayLocked } from './order-job';

export type CreateJobRequest = TargetRequest & {
  intent: 'download' | 'install';
  strategy: InstallStrategy;
  options: Partial<JobOptions>;
};
export type CreatedJob = { jobId: string; target: CheckedTarget; options: JobOptions; scheduledFor: Date | null };

/**
 * Throws UPDATE_IN_PROGRESS (OTA_001) when the gateway has an unfinished job (a resting download gives way instead), and
 * UPDATE_SERVER_UNREACHABLE (OTA_009) when the store that its image would come from does not answer.
 */
export async function createJob(actor: Actor, request: CreateJobRequest): Promise<CreatedJob> {
  jobOptionsSchema.parse(request.options);
  const store = getArtifactStore();
  if (store.kind !== 'folder') {
    // Before the gateway is locked: a network takes its time.
    const { release } = await checkTarget(getDb(), actor, request);
    await store.has(release.artifactSha256);
  }
  return withGatewayLocked(request.gatewayId, (tx) => createJobIn(tx, actor, request));
}

/** The same for who holds the gateway's lock already. What the order does not say of verification, the gateway's settings do. */
export async function createJobIn(tx: Tx, actor: Actor, request: CreateJobRequest): Promise<CreatedJob> {
  // Whoever revokes a key waits for this transaction, and then sees the job.
  await tx.$queryRaw`SELECT id FROM "Release" WHERE id = ${request.releaseId}::uuid FOR SHARE`;
  const target = await checkTarget(tx, actor, request);
  const { gateway, release, targetSlot } = target;
  const { verification } = (await readSettings(tx, gateway.id)).body;
  const said = Object.fromEntries(Object.entries(request.options).filter(([, value]) => value !== undefined));
  const options = jobOptionsSchema.parse({
    verifySignature: verification.verify_signature,
    verifyChecksum: verification.verify_checksum,
    verifySize: verification.verify_size,
    ...said,
  });
  const installs = request.intent === 'install';
  const { job, time } = await orderJob(tx, actor, {
    gateway,
    operation: 'update',
    type: request.intent,
    intent: request.intent,
    time: installs ? { strategy: request.strategy, operation: options.rebootAfter ? 'O3' : 'O2' } : null,
    secondId: installs ? 'OTA-INST' : null,
    toVersion: release.version,
    targetSlot,
    release,
    options,
    bytesTotal: release.artifact.sizeBytes,
    message: `ordered ${release.version} for partition ${targetSlot}`,
    withJob: async (made) => {
      await orderJobSnapshot(tx, actor, made);
    },
  });
  return { jobId: job.id, target, options, scheduledFor: time !== null && !time.isOpen ? time.notBeforeAt : null };
}
