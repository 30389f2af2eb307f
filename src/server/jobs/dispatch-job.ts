/** Sends a job's order to its gateway, unless other cranes are in the way: then the order waits here, and goes by itself when it may. */
import type { Hold } from '#/domain/jobs/hold';
import type { Tx } from '../db/client';
import type { Job } from '../db/generated/client';
import { hint } from '../db/hint';
import { enqueueCommand } from '../outbox/enqueue-command';
import { holdsBetweenGateways, operationsOfSite } from '../safety/running-operations';
import { commandOfJob, type JobOrder } from './command-of-job';
import { withdrawUnsent } from './withdraw-unsent';

/**
 * What holds the order; empty when it was given to the outbox. The caller holds the gateway's row lock; the site's lock that
 * is taken here makes two jobs of one site be judged one after the other.
 */
export async function dispatchJob(tx: Tx, job: Job, order: JobOrder): Promise<Hold[]> {
  const holds = job.intent === 'install' ? await holdsOfDispatch(tx, job) : [];
  if (holds.length > 0) {
    if (job.heldCommand === null) await noteHeld(tx, job, holds[0]?.message ?? '');
    await tx.job.update({ where: { id: job.id }, data: { heldCommand: order, holds, waitingFor: 'safety' } });
  } else {
    if (job.heldCommand !== null) {
      await tx.job.update({ where: { id: job.id }, data: { heldCommand: null, holds: [], waitingFor: null } });
      await tx.jobEvent.create({
        data: { jobId: job.id, at: new Date(), kind: 'note', message: 'the other cranes are done: the order is sent', actor: 'controller' },
      });
    }
    await enqueueCommand(tx, job.gatewayId, commandOfJob(job, order), { jobId: job.id });
    if (job.intent === 'install') await holdUntold(tx, job);
  }
  await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
  return holds;
}

async function holdsOfDispatch(tx: Tx, job: Job): Promise<Hold[]> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('fairlead.dispatch'), hashtext(${job.siteId}))`;
  const { craneId } = await tx.gateway.findUniqueOrThrow({ where: { id: job.gatewayId }, select: { craneId: true } });
  return holdsBetweenGateways(tx, { id: job.gatewayId, siteId: job.siteId, craneId });
}

/** Orders for gateways that are away give way: they wait here from now on, or both would begin when theirs comes back. */
async function holdUntold(tx: Tx, begun: Job): Promise<void> {
  const operations = await operationsOfSite(tx, begun.siteId);
  const running = operations.filter((one) => !one.untold || one.jobId === begun.id);
  for (const { jobId, gatewayId, craneId, untold } of operations) {
    if (!untold || jobId === begun.id) continue;
    const holds = await holdsBetweenGateways(tx, { id: gatewayId, siteId: begun.siteId, craneId }, running);
    if (holds.length === 0 || (await withdrawUnsent(tx, jobId)) === 0) continue;
    const { count } = await tx.job.updateMany({
      where: { id: jobId, state: 'offered', heldCommand: null },
      data: { heldCommand: 'job.deploy', holds, waitingFor: 'safety' },
    });
    if (count === 1) await noteHeld(tx, { ...begun, id: jobId, gatewayId }, holds[0]?.message ?? '');
  }
}

async function noteHeld(tx: Tx, job: Pick<Job, 'id' | 'gatewayId' | 'siteId'>, why: string): Promise<void> {
  const message = `waits before it begins: ${why}`.slice(0, 500);
  await tx.jobEvent.create({ data: { jobId: job.id, at: new Date(), kind: 'note', message, actor: 'controller' } });
  await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
}
