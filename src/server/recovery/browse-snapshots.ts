/** The snapshots of a gateway, also those that are gone: newest first, continued by key. */
import { z } from 'zod';
import type { SnapshotPart } from '#/protocol/mqtt/recovery';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import type { Snapshot } from '../db/generated/client';
import { findGateway } from '../gateways/find-gateway';
import { KEPT_SNAPSHOTS, LIVE_SNAPSHOTS } from './snapshot-rows';
import { judgeRestorable, type RestoringGateway } from './restorable';

export const SNAPSHOT_GROUPS = ['kept', 'live', 'all'] as const;
export const browseSnapshotsSchema = z.object({
  gatewayId: z.uuid(),
  /** kept: on the gateway; live: or on the way there; all: also those that are gone. */
  group: z.enum(SNAPSHOT_GROUPS).default('live'),
  limit: z.number().int().min(1).max(200).default(50),
  cursor: z.object({ createdAt: z.date(), id: z.string().max(64) }).nullish(),
});

export type SnapshotView = ReturnType<typeof viewSnapshot>;

export async function browseSnapshots(actor: Actor, input: z.output<typeof browseSnapshotsSchema>) {
  const { id } = await findGateway(actor, { id: input.gatewayId });
  const gateway = await getDb().gateway.findUniqueOrThrow({ where: { id }, select: { id: true, restoresFiles: true, agentVersion: true } });
  const states = input.group === 'all' ? null : input.group === 'kept' ? KEPT_SNAPSHOTS : LIVE_SNAPSHOTS;
  const { cursor, limit } = input;
  const rows = await getDb().snapshot.findMany({
    where: {
      gatewayId: gateway.id,
      ...(states === null ? {} : { state: { in: states } }),
      ...(cursor ? { OR: [{ createdAt: { lt: cursor.createdAt } }, { createdAt: cursor.createdAt, id: { lt: cursor.id } }] } : {}),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page.map((row) => viewSnapshot(row, gateway)),
    nextCursor: rows.length > limit && last ? { createdAt: last.createdAt, id: last.id } : null,
  };
}

export function viewSnapshot(row: Snapshot, gateway: RestoringGateway) {
  const { restorable, why } = judgeRestorable(row, gateway);
  return {
    id: row.id,
    gatewayId: row.gatewayId,
    jobId: row.jobId,
    name: row.name,
    description: row.description,
    type: row.type === 'manual' ? ('manual' as const) : ('automatic' as const),
    state: row.state,
    version: row.version,
    slot: row.slot as 'A' | 'B' | null,
    bootable: row.bootable,
    contents: row.contents as SnapshotPart[],
    compression: row.compression,
    sizeBytes: row.sizeBytes === null ? null : Number(row.sizeBytes),
    sha256: row.sha256,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
    expiresAt: row.expiresAt,
    error: row.error,
    /** How it comes back: with its image on the other slot, or its files alone; null: it cannot. */
    restores: restorable && { way: restorable.way, parts: restorable.parts },
    /** Null: it can be restored. */
    notRestorable: why,
  };
}
