/** The second person, where the site's policy asks for one before a restore or a reset (site-policy.ts: recovery). */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { operationOf } from '#/domain/jobs/operations';
import type { Actor } from '../access/actor';
import { verifyPin } from '../access/verify-pin';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Db, type Tx } from '../db/client';
import { hint } from '../db/hint';
import { jobIsOver } from '../jobs/ask-agent';
import type { JobOrder } from '../jobs/command-of-job';
import { dispatchJob } from '../jobs/dispatch-job';
import { findJob } from '../jobs/find-job';
import { withGatewayLocked } from '../jobs/order-job';
import { recoveryOfJob } from '../jobs/recovery-order';

export const approveRecoverySchema = z.object({ jobId: z.string().min(1).max(64), pin: z.string().max(64) });

/** Another person than who ordered it, who may order it as well, with own PIN. The order goes as soon as nothing else holds it. */
export async function approveRecovery(
  actor: Actor,
  input: z.infer<typeof approveRecoverySchema>,
): Promise<{ jobId: string; sent: boolean }> {
  const { job: seen } = await judge(getDb(), actor, input.jobId);
  await verifyPin(actor, input.pin, 'recovery.approve');
  return withGatewayLocked(seen.gatewayId, async (tx) => {
    const { job, recovery } = await judge(tx, actor, input.jobId);
    const now = new Date();
    const approvals = [...recovery.approvals, { id: actor.id, name: actor.name, at: now.toISOString() }];
    const updated = await tx.job.update({ where: { id: job.id }, data: { recovery: { ...recovery, approvals } } });
    await tx.jobEvent.create({
      data: { jobId: job.id, at: now, kind: 'action', message: `${actor.name} approved it with own PIN`, actor: actor.name },
    });
    await recordAudit(tx, actor, {
      name: 'recovery.approved',
      objectType: 'job',
      objectId: job.id,
      siteId: job.siteId,
      data: { approvals: approvals.length, needed: recovery.approvalsNeeded },
    });
    const holds = await dispatchJob(tx, updated, (job.heldCommand ?? 'recovery.start') as JobOrder);
    await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
    return { jobId: job.id, sent: holds.length === 0 };
  });
}

async function judge(db: Db | Tx, actor: Actor, jobId: string) {
  const visible = await findJob(actor, jobId, 'job.read', db);
  const permission = operationOf(visible.operation) === 'factory_reset' ? 'recovery.factory_reset' : 'recovery.restore';
  const job = await findJob(actor, jobId, permission, db);
  if (job.finishedAt !== null) throw jobIsOver(job);
  const recovery = recoveryOfJob(job);
  if (recovery === null || job.heldCommand === null || job.state !== 'offered') {
    throw new DomainError('CONFLICT', 'This job waits for nobody’s approval.', { job_id: job.id });
  }
  if (job.initiatedById === actor.id) {
    throw new DomainError('FORBIDDEN', 'Who ordered it cannot approve it.', { own_request: true }, ['Ask another person who may order it']);
  }
  if (recovery.approvals.some((one) => one.id === actor.id)) {
    throw new DomainError('CONFLICT', 'You have approved it already.', { job_id: job.id });
  }
  return { job, recovery };
}
