/** Snapshot rows: ordered here, made and listed by the gateway (controller/ingest/apply-snapshots.ts), removed on order. */
import { MAX_SNAPSHOTS, snapshotExpiry, type SnapshotType } from '#/domain/recovery/retention';
import type { SnapshotCompression, SnapshotOrder, SnapshotPart } from '#/protocol/mqtt/recovery';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import type { Db, Tx } from '../db/client';
import type { Snapshot } from '../db/generated/client';
import { hint } from '../db/hint';
import { newPublicId } from '../jobs/job-id';
import { enqueueCommand } from '../outbox/enqueue-command';

/** On the gateway, or on the way there. */
export const LIVE_SNAPSHOTS = ['ordered', 'creating', 'ready', 'damaged'];
/** On the gateway, as it says itself. */
export const KEPT_SNAPSHOTS = ['ready', 'damaged'];

type Wish = { name: string; type: SnapshotType; contents: SnapshotPart[]; compression: SnapshotCompression };

/** What the gateway is told to make, with a new id. */
export function newSnapshotOrder(wish: Wish, nowMs: number): SnapshotOrder {
  return { snapshotId: newPublicId('SNP'), ...wish, expiresAt: snapshotExpiry(wish.type, nowMs).toISOString() };
}

/** The order again, from its row. */
export function orderOfRow(row: Snapshot): SnapshotOrder {
  return {
    snapshotId: row.id,
    name: row.name,
    type: row.type === 'manual' ? 'manual' : 'automatic',
    contents: row.contents as SnapshotPart[],
    compression: row.compression as SnapshotCompression,
    expiresAt: (row.expiresAt ?? snapshotExpiry('automatic', row.createdAt.getTime())).toISOString(),
  };
}

type Source = { id: string; siteId: string; activeVersion: string | null; activeSlot: string | null };

/** The row of an order; the gateway's own list fills in the rest. */
export async function keepSnapshotOrder(
  tx: Tx,
  actor: Actor,
  gateway: Source,
  order: SnapshotOrder,
  of: { jobId: string; description: string | null },
): Promise<void> {
  await tx.snapshot.create({
    data: {
      id: order.snapshotId,
      gatewayId: gateway.id,
      siteId: gateway.siteId,
      jobId: of.jobId,
      name: order.name,
      description: of.description,
      type: order.type,
      version: gateway.activeVersion,
      slot: order.contents.includes('image') ? gateway.activeSlot : null,
      contents: order.contents,
      compression: order.compression,
      createdById: actor.type === 'system' ? null : actor.id,
      createdBy: actor.name,
      expiresAt: new Date(order.expiresAt),
    },
  });
  const data = { gatewayId: gateway.id, name: order.name, type: order.type, contents: order.contents, jobId: of.jobId };
  await recordAudit(tx, actor, {
    name: 'snapshot.ordered',
    objectType: 'snapshot',
    objectId: order.snapshotId,
    siteId: gateway.siteId,
    data,
  });
  await hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
}

/** Marks them and tells the gateway. The caller holds the gateway's lock. */
export async function removeSnapshots(
  tx: Tx,
  actor: Actor,
  gateway: { id: string; siteId: string },
  rows: readonly { id: string; name: string }[],
  why: string,
): Promise<void> {
  if (rows.length === 0) return;
  for (const { id, name } of rows) {
    const { count } = await tx.snapshot.updateMany({
      where: { id, state: { in: KEPT_SNAPSHOTS } },
      data: { state: 'deleted', error: null },
    });
    if (count !== 1) continue;
    const data = { gatewayId: gateway.id, name, why };
    await recordAudit(tx, actor, { name: 'snapshot.deleted', objectType: 'snapshot', objectId: id, siteId: gateway.siteId, data });
  }
  await enqueueCommand(tx, gateway.id, { name: 'snapshot.delete', snapshotIds: rows.map((row) => row.id) });
  await hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
}

/** Whether one more may be made: the gateway lets its oldest automatic ones go by itself, those that people made are theirs to remove. */
export async function hasRoomForSnapshot(db: Db | Tx, gatewayId: string): Promise<boolean> {
  return (await db.snapshot.count({ where: { gatewayId, type: 'manual', state: { in: LIVE_SNAPSHOTS } } })) < MAX_SNAPSHOTS;
}
