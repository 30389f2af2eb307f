/** Orders as a server would send them. For tests. */

import { type JobOptions, jobOptionsSchema } from '#/domain/jobs/job-options';
import type { CommandBody } from '#/protocol/mqtt/commands';
import { packedOrder, type SimImage } from './sim-images';

type Deploy = Extract<CommandBody, { name: 'job.deploy' }>;

export const JOB = { jobId: 'OTA-JOB-00001', attempt: 1 } as const;

export function deployOrder(image: SimImage, more: Partial<Deploy> = {}, options: Partial<JobOptions> = {}): Deploy {
  return {
    name: 'job.deploy',
    ...JOB,
    intent: 'install',
    strategy: 'seamless',
    version: image.version,
    targetSlot: 'B',
    artifactPath: `/device/v1/artifacts/${image.sha256}`,
    sha256: image.sha256,
    sizeBytes: image.bytes.length,
    ...(image.packed ? packedOrder(image.packed.file, image.packed.compression) : {}),
    options: jobOptionsSchema.parse(options),
    notBeforeAt: null,
    windowEndsAt: null,
    ...more,
  };
}

export function installOrder(strategy: Deploy['strategy'] = 'seamless', options: Partial<JobOptions> = {}): CommandBody {
  return { name: 'job.install', ...JOB, strategy, options: jobOptionsSchema.parse(options), notBeforeAt: null, windowEndsAt: null };
}
