/** A person says what is to be of a version that booted, is not healthy and may not be left without a word (domain/jobs/undecided.ts). */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { mayFallBack, operationOf } from '#/domain/jobs/operations';
import { DECISIONS, type Decision, needsDecision, waitsToBeKept } from '#/domain/jobs/undecided';
import { type Actor, requirePermission } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { hint } from '../db/hint';
import { enqueueCommand } from '../outbox/enqueue-command';
import { awaitAnswer, jobIsOver, requireAgreement } from './ask-agent';
import { findJob } from './find-job';
import { requireTypedCrane } from './typed-crane';

export const decideJobSchema = z.object({
  jobId: z.string().min(1).max(64),
  decision: z.enum(DECISIONS),
  reason: z.string().trim().min(3, 'Say why, in at least 3 characters').max(500),
});
export type DecideJobInput = z.output<typeof decideJobSchema>;
export type DecidedJob = { jobId: string; decision: Decision; message: string };

const DONE: Record<Decision, string> = {
  keep: 'The gateway asks for its health once more and stays as it is if that is good; if not, the job says why and waits again.',
  roll_back: 'The gateway goes back to what it ran with before as soon as the interlocks allow the restart.',
};

/** Resolves when the agent has written the decision down (OTA_004 silence, OTA_014 when there is nothing to decide). */
export async function decideJob(actor: Actor, { jobId, decision, reason }: DecideJobInput): Promise<DecidedJob> {
  const commandId = await getDb().$transaction(async (tx) => {
    const seen = await findJob(actor, jobId, 'recovery.rollback', tx);
    await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${seen.gatewayId}::uuid FOR UPDATE`;
    const job = await findJob(actor, jobId, 'recovery.rollback', tx);
    if (job.finishedAt !== null && !needsDecision(job)) throw jobIsOver(job);
    const mayLeave = decision === 'roll_back' && waitsToBeKept(job) && mayFallBack(operationOf(job.operation));
    if (!needsDecision(job) && !mayLeave) {
      throw new DomainError(
        'SYSTEM_BUSY',
        'Nothing is to be decided about this job: it waits for nobody’s decision.',
        { job_id: jobId, state: job.state },
        ['Look at the job’s state'],
      );
    }
    const message = `${actor.name}: ${decision === 'keep' ? 'keep' : 'roll back'} (${reason})`.slice(0, 500);
    await tx.jobEvent.create({
      data: { jobId, at: new Date(), kind: 'action', message, actor: actor.name, details: { decision, reason } },
    });
    await recordAudit(tx, actor, {
      name: 'job.decided',
      objectType: 'job',
      objectId: jobId,
      siteId: job.siteId,
      reason,
      data: { decision, version: job.toVersion },
    });
    const body = { name: 'job.decide' as const, jobId, attempt: job.attempt, reason, decision };
    const command = await enqueueCommand(tx, job.gatewayId, body, { jobId });
    await tx.job.update({ where: { id: jobId }, data: { requestedAction: decision } });
    await hint(tx, { kind: 'job', jobId, gatewayId: job.gatewayId, siteId: job.siteId });
    return command.commandId;
  });
  const answer = await awaitAnswer(commandId, jobId);
  // Its way back has begun: what the agent says is clearer than what is said of jobs that nobody can stop.
  const said = answer?.code === 'JOB_PAST_NO_RETURN' ? { ...answer, code: 'JOB_STATE_CONFLICT' } : answer;
  requireAgreement(said, jobId, decision === 'keep' ? 'to be kept' : 'to be rolled back');
  return { jobId, decision, message: DONE[decision] };
}

/** From the screen the way back, which restarts the gateway, stands behind the typed id of the crane. */
export const decideFromScreenSchema = decideJobSchema.extend({ confirmCrane: z.string().max(120).default('') });

export async function decideFromScreen(actor: Actor, { confirmCrane, ...input }: z.output<typeof decideFromScreenSchema>) {
  // The right is looked at first: the answer must not tell where a gateway sits.
  const job = await findJob(actor, input.jobId);
  requirePermission(actor, 'recovery.rollback', job.siteId);
  if (input.decision === 'roll_back') await requireTypedCrane(job.gatewayId, confirmCrane);
  return decideJob(actor, input);
}
