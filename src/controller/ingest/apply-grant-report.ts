/** What an agent did with a grant: the override follows. The agent's word moves it; the server never says "used" by itself. */
import type { GrantReport } from '#/protocol/mqtt/grants';
import type { Actor } from '#/server/access/actor';
import { recordAudit } from '#/server/audit/record-audit';
import type { Tx } from '#/server/db/client';
import type { OverrideGrant, OverrideRequest } from '#/server/db/generated/client';
import { hint } from '#/server/db/hint';
import { enqueueCommand } from '#/server/outbox/enqueue-command';
import { endOverride } from '#/server/overrides/end-override';
import { lockOverride } from '#/server/overrides/lock-override';
import { moveOverride } from '#/server/overrides/move-override';
import type { IngestGateway } from './apply-job-report';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Refusals that another offer, with the nonce and key of then, may heal. */
const OFFER_AGAIN = new Set(['GRANT_NONCE_STALE', 'GRANT_WRONG_BOOT', 'GRANT_UNKNOWN_KEY', 'GRANT_NOT_YET_VALID']);
const MAX_OFFERS = 20;

/** Applies it once; reports of foreign or unknown grants change nothing. */
export async function applyGrantReport(tx: Tx, actor: Actor, gateway: IngestGateway, report: GrantReport, at: Date): Promise<void> {
  if (!UUID.test(report.grantId)) return;
  const seen = await tx.overrideGrant.findUnique({ where: { id: report.grantId }, select: { requestId: true, gatewayId: true } });
  if (!seen || seen.gatewayId !== gateway.id) return;
  const request = await lockOverride(tx, seen.requestId);
  if (!request) return;
  const grant = await tx.overrideGrant.findUniqueOrThrow({ where: { id: report.grantId } });
  await tx.overrideGrant.update({ where: { id: grant.id }, data: { lastCode: report.code, observed: report.observed } });
  await recordAudit(tx, actor, {
    name: 'override.grant_reported',
    objectType: 'override',
    objectId: request.id,
    siteId: request.siteId,
    ...(report.state === 'refused' ? { result: 'refused' as const } : {}),
    reason: report.message,
    data: { grantId: grant.id, state: report.state, code: report.code, observed: report.observed },
  });
  await follow(tx, actor, request, grant, report, at);
  await hint(tx, { kind: 'override', gatewayId: gateway.id, siteId: request.siteId });
}

async function follow(tx: Tx, actor: Actor, request: OverrideRequest, grant: OverrideGrant, report: GrantReport, at: Date): Promise<void> {
  const where = { id: grant.id };
  switch (report.state) {
    case 'accepted':
      // It ended here while the offer was on its way: said again, so that the agent surely knows.
      if (grant.endedAt !== null) return revokeAgain(tx, grant);
      await tx.overrideGrant.update({ where, data: { state: 'active', acceptedAt: grant.acceptedAt ?? at, suspendedAt: null } });
      if (request.state === 'approved') await moveOverride(tx, actor, request, 'activate', { activeAt: at });
      return;
    case 'suspended':
      if (grant.endedAt === null) await tx.overrideGrant.update({ where, data: { suspendedAt: at } });
      return;
    case 'refused':
      // A restart has voided what the gateway had taken in: it is offered anew, for this boot.
      if (grant.endedAt === null && grant.state === 'active' && report.code === 'GRANT_WRONG_BOOT') {
        await tx.overrideGrant.update({ where, data: { state: 'issued', offeredAt: null } });
        return;
      }
      // Asked for by a step of a job and not granted there: the grant itself stays as it is.
      if (grant.endedAt !== null || grant.state !== 'issued') return;
      if (OFFER_AGAIN.has(report.code) && grant.offers < MAX_OFFERS) {
        await tx.overrideGrant.update({ where, data: { offeredAt: null } });
        if (report.code === 'GRANT_UNKNOWN_KEY') await tx.gateway.update({ where: { id: grant.gatewayId }, data: { grantKid: null } });
        return;
      }
      await tx.overrideGrant.update({ where, data: { state: 'refused', endedAt: at } });
      return endWhenNothingIsLeft(tx, actor, request, 'revoked', `the gateway refused the grant: ${report.message}`);
    case 'used':
      // The agent used it before it knew of the end: the fact is kept, the verdict stays.
      if (grant.endedAt !== null) {
        if (grant.usedAt === null) await tx.overrideGrant.update({ where, data: { usedAt: at, usedByJobId: report.jobId } });
        return;
      }
      await tx.overrideGrant.update({ where, data: { state: 'used', usedAt: at, usedByJobId: report.jobId, endedAt: at } });
      // An offer's "accepted" comes first in the agent's stream; a restored database may have lost it.
      if (request.state === 'approved') await moveOverride(tx, actor, request, 'activate', { activeAt: at });
      return endWhenNothingIsLeft(tx, actor, await reread(tx, request), 'used', report.message);
    case 'expired':
    case 'revoked':
      if (grant.endedAt !== null) return;
      await tx.overrideGrant.update({ where, data: { state: report.state, endedAt: at } });
      return endWhenNothingIsLeft(tx, actor, request, report.state, report.message);
  }
}

/** A request with several constraints ends with its last grant: as used when one of them was used. */
async function endWhenNothingIsLeft(tx: Tx, actor: Actor, request: OverrideRequest, end: 'used' | 'expired' | 'revoked', reason: string) {
  const grants = await tx.overrideGrant.findMany({ where: { requestId: request.id } });
  if (grants.some((one) => one.endedAt === null)) return;
  const used = request.state === 'active' && grants.some((one) => one.usedAt !== null);
  await endOverride(tx, actor, request, used ? 'used' : end, reason);
}

async function revokeAgain(tx: Tx, grant: OverrideGrant): Promise<void> {
  await enqueueCommand(tx, grant.gatewayId, { name: 'grant.revoke', grantId: grant.id, reason: 'the override has ended' });
}

async function reread(tx: Tx, request: OverrideRequest): Promise<OverrideRequest> {
  return tx.overrideRequest.findUniqueOrThrow({ where: { id: request.id } });
}
