import { DomainError } from '#/domain/errors/domain-error';
import { isResting } from '#/domain/jobs/phase-deadlines';
import type { Actor } from '../access/actor';
import { awaitAnswer, requireAgreement } from './ask-agent';
import { orderControl } from './control-job';

/** Pauses a running job; resolves when the agent has agreed (OTA_004 silence, OTA_014 refusal). */
export async function pauseJob(actor: Actor, input: { jobId: string; reason: string }): Promise<{ jobId: string; state: 'paused' }> {
  const { commandId } = await orderControl(actor, input.jobId, 'pause', input, async (_tx, job) => {
    if (isResting(job))
      throw new DomainError('SYSTEM_BUSY', 'The download is complete and nothing runs, so there is nothing to pause.', {
        job_id: job.id,
        state: job.state,
      });
    return job.state === 'paused';
  });
  if (commandId !== null) requireAgreement(await awaitAnswer(commandId, input.jobId), input.jobId, 'paused');
  return { jobId: input.jobId, state: 'paused' };
}
