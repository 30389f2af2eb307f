/** What a gateway has to go back to (contract: GET /recovery/status), and its page's overview. */
import { isAllowed } from '#/domain/access/grants';
import { MAX_SNAPSHOTS, SNAPSHOT_RETENTION_DAYS } from '#/domain/recovery/retention';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { type GatewayView, readGateway } from '../gateways/read-gateway';
import { recoveryOfJob } from '../jobs/recovery-order';
import { readSitePolicy } from '../safety/site-policy';
import { judgeOtherSlot } from './proven-slot';
import { viewSnapshot } from './browse-snapshots';
import { KEPT_SNAPSHOTS } from './snapshot-rows';

export type RecoveryOverview = Awaited<ReturnType<typeof readRecovery>>;

export async function readRecovery(actor: Actor, gatewayId: string) {
  const gateway = await readGateway(actor, gatewayId);
  const db = getDb();
  const [image, agent, kept, bundles, { policy, version }, other, unfinished] = await Promise.all([
    db.recoveryImage.findUnique({ where: { gatewayId } }),
    db.gateway.findUniqueOrThrow({ where: { id: gatewayId }, select: { restoresFiles: true, agentVersion: true } }),
    db.snapshot.findMany({
      where: { gatewayId, state: { in: KEPT_SNAPSHOTS } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: 50,
    }),
    db.debugBundle.count({ where: { gatewayId, state: { in: ['ordered', 'collecting', 'ready'] }, expiresAt: { gt: new Date() } } }),
    readSitePolicy(db, gateway.siteId),
    otherSlot(gateway),
    gateway.job === null
      ? null
      : db.job.findUnique({
          where: { id: gateway.job.id },
          select: { recovery: true, heldCommand: true, initiatedById: true, initiatedBy: true },
        }),
  ]);
  const may = (permission: Parameters<typeof isAllowed>[1]) => isAllowed(actor.grants, permission, gateway.siteId);
  const recovery = unfinished && recoveryOfJob(unfinished);
  return {
    gateway: {
      id: gateway.id,
      name: gateway.name,
      siteId: gateway.siteId,
      connected: gateway.connected,
      status: gateway.status,
      lastSeenAt: gateway.lastSeenAt,
      activeSlot: gateway.activeSlot,
      activeVersion: gateway.activeVersion,
      site: gateway.site,
      crane: gateway.crane,
    },
    slots: gateway.slots,
    /** The unfinished job, whatever it does. `approval`: it waits for a second person. */
    job: gateway.job && {
      ...gateway.job,
      approval: approvalOf(actor, recovery, unfinished),
    },
    image: image && {
      present: image.present,
      version: image.version,
      sizeBytes: image.sizeBytes === null ? null : Number(image.sizeBytes),
      sha256: image.sha256,
      updatedAt: image.updatedAt,
      reportedAt: image.reportedAt,
    },
    snapshots: kept.map((row) => viewSnapshot(row, agent)),
    openBundles: bundles,
    rollback: other,
    rules: { ...policy.recovery, policyVersion: version },
    limits: { maxSnapshots: MAX_SNAPSHOTS, retentionDays: SNAPSHOT_RETENTION_DAYS },
    may: {
      snapshot: may('snapshot.create'),
      deleteSnapshot: may('recovery.restore'),
      rollback: may('recovery.rollback'),
      restore: may('recovery.restore'),
      factoryReset: may('recovery.factory_reset') && policy.recovery.factoryReset,
      requestBundle: may('bundle.create'),
      readBundle: may('bundle.read'),
    },
    readAt: new Date(),
  };
}

async function otherSlot(
  gateway: GatewayView,
): Promise<{ slot: 'A' | 'B'; version: string; why: null } | { slot: null; version: null; why: string }> {
  const active = gateway.activeSlot === 'A' || gateway.activeSlot === 'B' ? gateway.activeSlot : null;
  if (active === null) return { slot: null, version: null, why: 'the gateway has not reported its partitions yet' };
  const { proven, why } = await judgeOtherSlot(getDb(), { id: gateway.id, slots: gateway.slots, inactive: active === 'A' ? 'B' : 'A' });
  return proven === null ? { slot: null, version: null, why } : { ...proven, why: null };
}

function approvalOf(
  actor: Actor,
  recovery: ReturnType<typeof recoveryOfJob> | null,
  job: { heldCommand: string | null; initiatedById: string | null; initiatedBy: string } | null,
) {
  if (recovery === null || job === null || job.heldCommand === null || recovery.approvalsNeeded === 0) return null;
  return {
    needed: recovery.approvalsNeeded,
    given: recovery.approvals,
    orderedBy: job.initiatedBy,
    reason: recovery.reason,
    order: recovery.order,
    /** Why this person cannot be the second one; null: may try. */
    ownRequest: job.initiatedById === actor.id,
  };
}
