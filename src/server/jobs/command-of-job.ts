/** The orders of a job, made from its row: the same whenever they are sent. */
import { INSTALL_STRATEGIES, jobOptionsSchema, SLOT_IDS } from '#/domain/jobs/job-options';
import type { CommandBody } from '#/protocol/mqtt/commands';
import type { Job } from '../db/generated/client';

export type JobOrder = 'job.deploy' | 'job.install';

/** Throws for a row that no order can be made of; the state machine has none. */
export function commandOfJob(job: Job, order: JobOrder): CommandBody {
  const strategy = INSTALL_STRATEGIES.find((one) => one === job.strategy) ?? 'seamless';
  const common = {
    jobId: job.id,
    attempt: job.attempt,
    strategy,
    options: jobOptionsSchema.parse(job.options),
    notBeforeAt: job.scheduledFor?.toISOString() ?? null,
    windowEndsAt: job.windowEndsAt?.toISOString() ?? null,
  };
  if (order === 'job.install') return { name: order, ...common };
  const targetSlot = SLOT_IDS.find((one) => one === job.targetSlot);
  if (!targetSlot || job.artifactSha256 === null) throw new Error(`job ${job.id} has no target or no image`);
  return {
    name: order,
    ...common,
    intent: job.intent === 'install' ? 'install' : 'download',
    version: job.toVersion,
    targetSlot,
    artifactPath: `/device/v1/artifacts/${job.artifactSha256}`,
    sha256: job.artifactSha256,
    sizeBytes: Number(job.bytesTotal),
  };
}
