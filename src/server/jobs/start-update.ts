import type { InstallStrategy, JobOptions, SlotId } from '#/domain/jobs/job-options';
import type { Actor } from '../access/actor';
import { type CreatedJob, createJob } from './create-job';

export type StartUpdateInput = {
  gatewayId: string;
  releaseId: string;
  version?: string;
  targetSlot?: SlotId;
  strategy: InstallStrategy;
  options?: Partial<JobOptions>;
};

/** "Update now": one job from download to confirmed. */
export function startUpdate(actor: Actor, input: StartUpdateInput): Promise<CreatedJob> {
  const { options = {}, ...rest } = input;
  return createJob(actor, { ...rest, options, intent: 'install' });
}
