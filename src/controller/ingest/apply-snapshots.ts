/** The whole list of a gateway's snapshots, as it says it after every change and every connect: rows follow it. */
import { MAX_SNAPSHOTS } from '#/domain/recovery/retention';
import type { DurableBody } from '#/protocol/mqtt/events';
import type { SnapshotReport } from '#/protocol/mqtt/recovery';
import type { Actor } from '#/server/access/actor';
import { recordAudit } from '#/server/audit/record-audit';
import { logger } from '#/server/config/logger';
import type { Tx } from '#/server/db/client';
import type { Snapshot } from '#/server/db/generated/client';
import { hint } from '#/server/db/hint';
import { KEPT_SNAPSHOTS } from '#/server/recovery/snapshot-rows';
import type { IngestGateway } from './apply-job-report';

type SnapshotsEvent = Extract<DurableBody, { type: 'snapshots' }>;

/** Events of a gateway come once and in order, so the newest list is the truth; only what was ordered since it was made is newer. */
export async function applySnapshots(tx: Tx, actor: Actor, gateway: IngestGateway, event: SnapshotsEvent, at: Date): Promise<void> {
  const rows = await tx.snapshot.findMany({
    where: { OR: [{ gatewayId: gateway.id }, { id: { in: event.snapshots.map(({ id }) => id) } }] },
  });
  const own = new Map(rows.filter((row) => row.gatewayId === gateway.id).map((row) => [row.id, row]));
  const foreign = new Set(rows.filter((row) => row.gatewayId !== gateway.id).map((row) => row.id));
  const going = await idsBeingDeleted(tx, gateway.id);
  const listed = new Set<string>();
  for (const report of event.snapshots) {
    if (foreign.has(report.id)) {
      logger.warn({ gatewayId: gateway.id, snapshotId: report.id }, 'ingest: a gateway lists a snapshot of another one');
      continue;
    }
    listed.add(report.id);
    const row = own.get(report.id);
    if (row === undefined) await addUnknown(tx, gateway, report);
    else if (!(row.state === 'deleted' && going.has(row.id))) await follow(tx, actor, row, report, at);
  }
  for (const row of own.values()) {
    if (!listed.has(row.id) && KEPT_SNAPSHOTS.includes(row.state)) {
      const [state, why] = endOf(row, event.snapshots.length, at);
      await change(tx, actor, row, state, why);
    }
  }
  const { present, version, sizeBytes, sha256, updatedAt } = event.recoveryImage;
  const image = {
    present,
    version,
    sizeBytes: sizeBytes === null ? null : BigInt(sizeBytes),
    sha256,
    updatedAt: updatedAt === null ? null : new Date(updatedAt),
    reportedAt: at,
  };
  await tx.recoveryImage.upsert({ where: { gatewayId: gateway.id }, create: { gatewayId: gateway.id, ...image }, update: image });
  await hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
}

/** Why one that was there is gone: its time is over, it made room for a newer one, or nobody knows. */
function endOf(row: Snapshot, listed: number, at: Date): [state: 'expired' | 'lost', why: string | null] {
  if (row.expiresAt !== null && row.expiresAt <= at) return ['expired', null];
  if (row.type === 'automatic' && listed >= MAX_SNAPSHOTS) return ['expired', 'it made room for a newer one'];
  return ['lost', 'the gateway does not have it any more'];
}

/** Ordered, and not answered yet: the gateway may still list them. */
async function idsBeingDeleted(tx: Tx, gatewayId: string): Promise<ReadonlySet<string>> {
  const open = await tx.outboxCommand.findMany({
    where: { gatewayId, name: 'snapshot.delete', answeredAt: null },
    select: { body: true },
  });
  return new Set(open.flatMap(({ body }) => (body as { snapshotIds?: string[] }).snapshotIds ?? []));
}

function reported(report: SnapshotReport) {
  return {
    version: report.version,
    slot: report.slot,
    bootable: report.bootable,
    contents: report.contents,
    compression: report.compression,
    sizeBytes: BigInt(report.sizeBytes),
    sha256: report.sha256,
    expiresAt: new Date(report.expiresAt),
  };
}

/** Made by the gateway itself, or before this database knew of it. */
async function addUnknown(tx: Tx, gateway: IngestGateway, report: SnapshotReport): Promise<void> {
  const createdAt = new Date(report.createdAt);
  await tx.snapshot.create({
    data: {
      id: report.id,
      gatewayId: gateway.id,
      siteId: gateway.siteId,
      name: report.name,
      type: 'automatic',
      state: report.state,
      createdBy: 'gateway',
      createdAt,
      finishedAt: createdAt,
      ...reported(report),
    },
  });
}

async function follow(tx: Tx, actor: Actor, row: Snapshot, report: SnapshotReport, at: Date): Promise<void> {
  const state = report.state;
  const error = state === 'damaged' ? 'its bytes are not what was written any more' : null;
  await tx.snapshot.update({
    where: { id: row.id },
    data: {
      ...reported(report),
      state,
      error,
      finishedAt: row.finishedAt !== null && KEPT_SNAPSHOTS.includes(row.state) ? row.finishedAt : new Date(report.createdAt),
      verifiedAt: state === 'ready' && row.state !== 'ready' ? at : row.verifiedAt,
    },
  });
  if (state !== row.state) await tellChange(tx, actor, row, state);
}

async function change(tx: Tx, actor: Actor, row: Snapshot, state: string, error: string | null): Promise<void> {
  await tx.snapshot.update({ where: { id: row.id }, data: { state, error } });
  await tellChange(tx, actor, row, state);
}

async function tellChange(tx: Tx, actor: Actor, row: Snapshot, to: string): Promise<void> {
  await recordAudit(tx, actor, {
    name: 'snapshot.changed',
    objectType: 'snapshot',
    objectId: row.id,
    siteId: row.siteId,
    data: { gatewayId: row.gatewayId, from: row.state, to },
  });
}
