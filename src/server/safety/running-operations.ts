/** What stands between gateways: operations O2–O4 that run, or may begin at any moment, at a site. */
import type { Hold } from '#/domain/jobs/hold';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { concurrencyHolds, type RunningOperation } from '#/domain/safety/concurrency';
import type { Db, Tx } from '../db/client';
import { readSitePolicy } from './site-policy';

export type SiteOperation = RunningOperation & {
  jobId: string;
  /** domain/jobs/operations.ts */
  operation: string;
  /** Ordered, but not told to its gateway, which is away: it runs when it is told. */
  untold: boolean;
};

/** Install jobs of the site that are with their gateways; one that rests after the write until someone orders the reboot is none. */
export async function operationsOfSite(db: Db | Tx, siteId: string): Promise<SiteOperation[]> {
  const jobs = await db.job.findMany({
    // domain/jobs/operations.ts: standsBetweenGateways
    where: { siteId, finishedAt: null, intent: 'install', operation: { not: 'snapshot' }, heldCommand: null },
    select: {
      id: true,
      state: true,
      operation: true,
      options: true,
      gatewayId: true,
      gateway: { select: { name: true, craneId: true, connected: true } },
    },
  });
  return jobs
    .filter(({ state, options }) => state !== 'written' || jobOptionsSchema.parse(options).rebootAfter)
    .map(({ id, state, operation, gatewayId, gateway }) => ({
      jobId: id,
      operation,
      gatewayId,
      craneId: gateway.craneId,
      label: `${id} on ${gateway.name}`,
      untold: state === 'offered' && !gateway.connected,
    }));
}

/** Whether one more operation may begin on the gateway; empty when it may. `running`: as if just these did. */
export async function holdsBetweenGateways(
  db: Db | Tx,
  gateway: { id: string; siteId: string; craneId: string },
  running?: readonly RunningOperation[],
): Promise<Hold[]> {
  const operations = running ?? (await operationsOfSite(db, gateway.siteId)).filter((one) => !one.untold);
  if (operations.length === 0) return [];
  const cranes = await db.crane.findMany({
    where: { siteId: gateway.siteId },
    select: { id: true, name: true, blockId: true, railPosition: true },
  });
  const { policy } = await readSitePolicy(db, gateway.siteId);
  return concurrencyHolds({
    craneId: gateway.craneId,
    gatewayId: gateway.id,
    cranes,
    running: operations,
    limits: policy.concurrency,
  });
}
