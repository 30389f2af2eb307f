import type { JobOptions, SlotId } from '#/domain/jobs/job-options';
import type { Actor } from '../access/actor';
import { type CreatedJob, createJob } from './create-job';

export type StartDownloadInput = {
  gatewayId: string;
  releaseId: string;
  version?: string;
  targetSlot?: SlotId;
  options?: Partial<JobOptions>;
};

/** Contract POST /updates/download: the bytes go to the gateway and rest there until an install is requested. */
export function startDownload(actor: Actor, input: StartDownloadInput): Promise<CreatedJob> {
  const { options = {}, ...target } = input;
  return createJob(actor, { ...target, options, intent: 'download', strategy: 'seamless' });
}
