import type { Actor } from '../access/actor';
import { getDb, type Tx } from '../db/client';
import { awaitAnswer, requireAgreement } from './ask-agent';
import { firstOrderOf } from './command-of-job';
import { orderControl } from './control-job';
import type { JobRecord } from './find-job';
import { moveJob } from './move-job';
import { withdrawUnsent } from './withdraw-unsent';

export type CancelledJob = {
  jobId: string;
  state: 'cancelled';
  message: string;
  cleanupPerformed: boolean;
  partialDataRemoved: boolean;
  canRestart: boolean;
};

/** Cancels a job. What was never sent ends at once; otherwise the agent's answer counts (OTA_004 silence, OTA_014 refusal). */
export async function cancelJob(actor: Actor, input: { jobId: string; reason: string; cleanup?: boolean }): Promise<CancelledJob> {
  const cleanup = input.cleanup ?? true;
  const commandId = await orderCancel(actor, { ...input, cleanup });
  const done = { jobId: input.jobId, state: 'cancelled' as const, canRestart: true };
  if (commandId === null)
    return {
      ...done,
      message: 'The job is cancelled; it had not reached the gateway.',
      cleanupPerformed: cleanup,
      partialDataRemoved: false,
    };
  requireAgreement(await awaitAnswer(commandId, input.jobId), input.jobId, 'cancelled');
  const said = await getDb().jobEvent.findFirst({ where: { jobId: input.jobId, state: 'cancelled' }, orderBy: { id: 'desc' } });
  const details = (said?.details ?? {}) as { cleanupPerformed?: boolean; partialDataRemoved?: boolean };
  return {
    ...done,
    message: 'The job is cancelled.',
    cleanupPerformed: details.cleanupPerformed ?? cleanup,
    partialDataRemoved: details.partialDataRemoved ?? false,
  };
}

/** Orders it without waiting for the agent; null: what was never sent ended at once. */
export async function orderCancel(actor: Actor, input: { jobId: string; reason: string; cleanup?: boolean }): Promise<string | null> {
  const { jobId, reason, cleanup = true } = input;
  const { commandId } = await orderControl(actor, jobId, 'cancel', { reason, cleanup }, (tx, job) => cancelUnsent(tx, actor, job, reason));
  return commandId;
}

async function cancelUnsent(tx: Tx, actor: Actor, job: JobRecord, reason: string): Promise<boolean> {
  if (job.state !== 'offered') return false;
  const deploy = await tx.outboxCommand.updateMany({
    where: { jobId: job.id, name: firstOrderOf(job), sentAt: null, answeredAt: null },
    data: { answeredAt: new Date(), resultCode: 'WITHDRAWN', resultText: 'cancelled before it was sent' },
  });
  if (deploy.count === 0 && job.heldCommand !== firstOrderOf(job)) return false;
  await withdrawUnsent(tx, job.id);
  return moveJob(tx, actor, job, {
    event: 'cancel',
    to: { state: 'cancelled', heldState: null },
    at: new Date(),
    message: `cancelled: ${reason}`.slice(0, 500),
  });
}
