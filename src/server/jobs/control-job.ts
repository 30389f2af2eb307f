/** The transaction that pause, resume and cancel share. */
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import { hint } from '../db/hint';
import { enqueueCommand } from '../outbox/enqueue-command';
import { requireStoppable } from './ask-agent';
import { findJob, type JobRecord } from './find-job';

type Control = 'pause' | 'resume' | 'cancel';

/** Locks the job's gateway, then orders the agent. `atOnce` may settle it without the agent: then no command is sent. */
export function orderControl(
  actor: Actor,
  jobId: string,
  control: Control,
  order: { reason: string; cleanup?: boolean },
  atOnce: (tx: Tx, job: JobRecord) => Promise<boolean>,
): Promise<{ job: JobRecord; commandId: string | null }> {
  return getDb().$transaction(async (tx) => {
    const seen = await findJob(actor, jobId, 'job.control', tx);
    await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${seen.gatewayId}::uuid FOR UPDATE`;
    const job = await findJob(actor, jobId, 'job.control', tx);
    requireStoppable(job);
    const reason = order.reason.slice(0, 500);
    await tx.jobEvent.create({
      data: {
        jobId,
        at: new Date(),
        kind: 'action',
        message: `${actor.name}: ${control}${reason ? ` (${reason})` : ''}`,
        actor: actor.name,
        details: { reason },
      },
    });
    await recordAudit(tx, actor, {
      name: `job.${control}_requested`,
      objectType: 'job',
      objectId: jobId,
      siteId: job.siteId,
      reason,
      data: { reason },
    });
    const settled = await atOnce(tx, job);
    let commandId: string | null = null;
    if (!settled) {
      const common = { jobId, attempt: job.attempt, reason };
      const body =
        control === 'cancel'
          ? { name: 'job.cancel' as const, ...common, cleanup: order.cleanup ?? true }
          : { name: `job.${control}` as const, ...common };
      commandId = (await enqueueCommand(tx, job.gatewayId, body, { jobId })).commandId;
      await tx.job.update({ where: { id: jobId }, data: { requestedAction: control === 'resume' ? null : control } });
    }
    await hint(tx, { kind: 'job', jobId, gatewayId: job.gatewayId, siteId: job.siteId });
    return { job, commandId };
  });
}
