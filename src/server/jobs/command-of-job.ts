/** The orders of a job, made from its row: the same whenever they are sent. */
import { INSTALL_STRATEGIES, jobOptionsSchema, SLOT_IDS } from '#/domain/jobs/job-options';
import { operationOf } from '#/domain/jobs/operations';
import type { CommandBody } from '#/protocol/mqtt/commands';
import type { SnapshotOrder } from '#/protocol/mqtt/recovery';
import type { Job } from '../db/generated/client';
import { signArtifactPath } from '../device/signed-path';
import { recoveryOfJob } from './recovery-order';

/** From when the job was made; later the gateway's own credential opens the image. */
const PATH_VALID_MS = 24 * 3_600_000;

export type JobOrder = 'job.deploy' | 'job.install' | 'recovery.start';

/** The order that a job begins with. */
export function firstOrderOf(job: { operation: string }): Exclude<JobOrder, 'job.install'> {
  return operationOf(job.operation) === 'update' ? 'job.deploy' : 'recovery.start';
}

/** `snapshot`: what an update makes before its first write. Throws for a row that no order can be made of; the state machine has none. */
export function commandOfJob(job: Job, order: JobOrder, snapshot: SnapshotOrder | null): CommandBody {
  const strategy = INSTALL_STRATEGIES.find((one) => one === job.strategy) ?? 'seamless';
  const common = {
    jobId: job.id,
    attempt: job.attempt,
    strategy,
    notBeforeAt: job.scheduledFor?.toISOString() ?? null,
    windowEndsAt: job.windowEndsAt?.toISOString() ?? null,
  };
  const options = jobOptionsSchema.parse(job.options);
  if (order === 'recovery.start') {
    const recovery = recoveryOfJob(job);
    if (recovery === null) throw new Error(`job ${job.id} recovers nothing`);
    return { name: order, ...common, reason: recovery.reason, recovery: recovery.order, autoRollback: options.autoRollback };
  }
  if (order === 'job.install') return { name: order, ...common, options, snapshot };
  const targetSlot = SLOT_IDS.find((one) => one === job.targetSlot);
  if (!targetSlot || job.artifactSha256 === null) throw new Error(`job ${job.id} has no target or no image`);
  return {
    name: order,
    ...common,
    options,
    snapshot,
    intent: job.intent === 'install' ? 'install' : 'download',
    version: job.toVersion,
    targetSlot,
    artifactPath: signArtifactPath(job.gatewayId, job.artifactSha256, new Date(job.createdAt.getTime() + PATH_VALID_MS)),
    sha256: job.artifactSha256,
    sizeBytes: Number(job.bytesTotal),
  };
}
