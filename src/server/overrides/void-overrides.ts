/** Ends what stands on something that is no more: the policy, the window, the job (safety design: 7). */
import { type Actor, systemActor } from '../access/actor';
import type { Tx } from '../db/client';
import type { OverrideRequest } from '../db/generated/client';
import { endOverride } from './end-override';
import { lockGatewaysAndSites } from './lock-override';
import { moveOverride } from './move-override';

/**
 * Of a whole site: overrides in force are revoked, open requests lapse. Returns how many. Locks every gateway of the site: a
 * request that is being written under the policy before is waited for and ended too, and none begins until this is committed.
 */
export async function voidForPolicy(tx: Tx, actor: Actor, siteId: string): Promise<number> {
  const gateways = await tx.gateway.findMany({ where: { siteId }, select: { id: true } });
  await lockGatewaysAndSites(
    tx,
    gateways.map(({ id }) => ({ gatewayId: id, siteId })),
  );
  return voidWhere(tx, actor, { siteId }, 'the safety policy of the site has changed');
}

/** Of one gateway whose own limits or window have changed. The caller holds the gateway's lock. */
export function voidForSettings(tx: Tx, actor: Actor, gatewayId: string): Promise<number> {
  return voidWhere(tx, actor, { gatewayId }, 'the safety settings or the maintenance window of the gateway have changed');
}

/** Of a job that is over, however it ended. The caller holds the gateway's lock. */
export function voidForJob(tx: Tx, jobId: string, how: string): Promise<number> {
  return voidWhere(tx, systemActor('controller'), { jobId }, `its job is ${how}`);
}

async function voidWhere(tx: Tx, actor: Actor, where: { siteId: string } | { gatewayId: string } | { jobId: string }, why: string) {
  const live = { ...where, state: { in: ['requested', 'approved', 'active'] } };
  const seen = await tx.overrideRequest.findMany({ where: live, orderBy: { id: 'asc' }, select: { gatewayId: true, siteId: true } });
  if (seen.length === 0) return 0;
  await lockGatewaysAndSites(tx, seen);
  // What is new since then was made under what is new as well.
  const rows = await tx.overrideRequest.findMany({ where: live, orderBy: { id: 'asc' } });
  let count = 0;
  for (const row of rows) count += (await voidOne(tx, actor, row, why)) ? 1 : 0;
  return count;
}

async function voidOne(tx: Tx, actor: Actor, row: OverrideRequest, why: string): Promise<boolean> {
  if (row.state !== 'requested') return endOverride(tx, actor, row, 'revoked', why);
  const data = { outcome: 'lapsed', endedAt: new Date(), endReason: why, endedBy: actor.name };
  return (await moveOverride(tx, actor, row, 'lapse', data, why)) !== null;
}
