/** Sends a job's order to its gateway, unless other cranes or a missing approval are in the way: then it waits here, and goes by itself when it may. */
import type { Hold } from '#/domain/jobs/hold';
import { standsBetweenGateways } from '#/domain/jobs/operations';
import type { Tx } from '../db/client';
import type { Job } from '../db/generated/client';
import { hint } from '../db/hint';
import { enqueueCommand } from '../outbox/enqueue-command';
import { snapshotOfJob } from '../recovery/job-snapshot';
import { holdsBetweenGateways, operationsOfSite } from '../safety/running-operations';
import { readSitePolicy } from '../safety/site-policy';
import { permitOfOrder } from '../trust/rollback-floor';
import { signaturesOfOrder } from '../trust/signatures-of-order';
import { commandOfJob, firstOrderOf, type JobOrder } from './command-of-job';
import { waitingFor } from './move-job';
import { holdsByPolicy } from './recovery-order';
import { contentOf } from './slot-content';
import { withdrawUnsent } from './withdraw-unsent';

/**
 * What holds the order; empty when it was given to the outbox. The caller holds the gateway's row lock; the site's lock that
 * is taken here makes two jobs of one site be judged one after the other.
 */
export async function dispatchJob(tx: Tx, job: Job, order: JobOrder): Promise<Hold[]> {
  const between = standsBetweenGateways(job);
  const holds = [...(await holdsOfPolicy(tx, job)), ...(between ? await holdsOfDispatch(tx, job) : [])];
  if (holds.length > 0) {
    if (job.heldCommand === null) await noteHeld(tx, job, holds[0]?.message ?? '');
    await tx.job.update({ where: { id: job.id }, data: { heldCommand: order, holds, waitingFor: waitingFor(holds) } });
  } else {
    if (job.heldCommand !== null) {
      await tx.job.update({ where: { id: job.id }, data: { heldCommand: null, holds: [], waitingFor: null } });
      await tx.jobEvent.create({
        data: { jobId: job.id, at: new Date(), kind: 'note', message: 'nothing holds it any more: the order is sent', actor: 'controller' },
      });
    }
    const made = commandOfJob(job, order, await snapshotOfJob(tx, job));
    const body = made.name === 'job.deploy' ? { ...made, ...(await imageOf(tx, job)), ...(await proofsOf(tx, job)) } : made;
    // An order of recovery dies with its job's deadline: nobody expects yesterday's reset.
    const ttlMs = order === 'recovery.start' && job.state === 'offered' ? untilMs(job.deadlineAt) : undefined;
    await enqueueCommand(tx, job.gatewayId, body, { jobId: job.id, ...(ttlMs === undefined ? {} : { ttlMs }) });
    if (between) await holdUntold(tx, job);
  }
  await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
  return holds;
}

async function imageOf(tx: Tx, { artifactSha256 }: Job) {
  const artifact = artifactSha256 === null ? null : await tx.artifact.findUnique({ where: { sha256: artifactSha256 } });
  return artifact === null ? {} : contentOf(artifact);
}

/** What release keys have signed about the image: the gateway believes nothing else of it. */
async function proofsOf(tx: Tx, { gatewayId, artifactSha256: sha256, toVersion: version }: Job) {
  if (sha256 === null) return {};
  const signatures = await signaturesOfOrder(tx, sha256);
  const gateway = await tx.gateway.findUniqueOrThrow({ where: { id: gatewayId }, select: { id: true, activeVersion: true } });
  const downgradePermit = await permitOfOrder(tx, { gateway, version, sha256 });
  return { ...(signatures.length > 0 ? { signatures } : {}), ...(downgradePermit === null ? {} : { downgradePermit }) };
}

async function holdsOfPolicy(tx: Tx, job: Job): Promise<Hold[]> {
  if (job.recovery === null) return [];
  const { policy } = await readSitePolicy(tx, job.siteId);
  return holdsByPolicy(job, policy.recovery);
}

function untilMs(deadline: Date | null): number | undefined {
  return deadline === null ? undefined : Math.max(1000, deadline.getTime() - Date.now());
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
  for (const { jobId, gatewayId, craneId, untold, operation } of operations) {
    if (!untold || jobId === begun.id) continue;
    const holds = await holdsBetweenGateways(tx, { id: gatewayId, siteId: begun.siteId, craneId }, running);
    if (holds.length === 0 || (await withdrawUnsent(tx, jobId)) === 0) continue;
    const { count } = await tx.job.updateMany({
      where: { id: jobId, state: 'offered', heldCommand: null },
      data: { heldCommand: firstOrderOf({ operation }), holds, waitingFor: 'safety' },
    });
    if (count === 1) await noteHeld(tx, { ...begun, id: jobId, gatewayId }, holds[0]?.message ?? '');
  }
}

async function noteHeld(tx: Tx, job: Pick<Job, 'id' | 'gatewayId' | 'siteId'>, why: string): Promise<void> {
  const message = `waits before it begins: ${why}`.slice(0, 500);
  await tx.jobEvent.create({ data: { jobId: job.id, at: new Date(), kind: 'note', message, actor: 'controller' } });
  await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
}
