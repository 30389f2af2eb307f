import { DomainError } from '#/domain/errors/domain-error';
import type { JobState } from '#/domain/jobs/job-machine';
import type { Actor } from '../access/actor';
import { awaitAnswer, requireAgreement } from './ask-agent';
import { orderControl } from './control-job';
import { findJob } from './find-job';

/** Lets a paused job go on; resolves with its state when the agent has agreed (OTA_004 silence, OTA_014 refusal). */
export async function resumeJob(actor: Actor, input: { jobId: string; reason: string }): Promise<{ jobId: string; state: JobState }> {
  const { commandId } = await orderControl(actor, input.jobId, 'resume', input, async (_tx, job) => {
    if (job.state !== 'paused' && job.requestedAction !== 'pause')
      throw new DomainError('SYSTEM_BUSY', `The job is not paused (${job.state}).`, { job_id: job.id, state: job.state });
    return false;
  });
  if (commandId !== null) requireAgreement(await awaitAnswer(commandId, input.jobId), input.jobId, 'resumed');
  const job = await findJob(actor, input.jobId);
  return { jobId: input.jobId, state: job.state as JobState };
}
