/** A snapshot that a person or a program asks for (contract: POST /monitor/snapshot): a job of its own, class O1. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { INSTALL_STRATEGIES } from '#/domain/jobs/job-options';
import { MAX_SNAPSHOTS } from '#/domain/recovery/retention';
import { SNAPSHOT_COMPRESSIONS, SNAPSHOT_PARTS } from '#/protocol/mqtt/recovery';
import type { Actor } from '../access/actor';
import type { Db, Tx } from '../db/client';
import { orderJob, withGatewayLocked } from '../jobs/order-job';
import { type RecoverableGateway, recoverableGateway } from './recoverable-gateway';
import { hasRoomForSnapshot, keepSnapshotOrder, newSnapshotOrder } from './snapshot-rows';
import { estimateSnapshotBytes } from './snapshot-size';

/** Room that stays free beside it (domain/safety: disk_space, hard limit). */
const SPARE_BYTES = 64 * 1_048_576;

export const createSnapshotSchema = z.object({
  gatewayId: z.uuid(),
  name: z.string().trim().min(1).max(120),
  description: z.string().trim().max(500).nullish(),
  contents: z.array(z.enum(SNAPSHOT_PARTS)).min(1, 'Choose at least one part'),
  compression: z.enum(SNAPSHOT_COMPRESSIONS).default('zstd'),
  strategy: z.enum(INSTALL_STRATEGIES).default('seamless'),
});
export type CreateSnapshotInput = z.input<typeof createSnapshotSchema>;
export type CreatedSnapshot = { snapshotId: string; jobId: string; estimatedBytes: number; steps: string[] };

export async function createSnapshot(actor: Actor, given: CreateSnapshotInput): Promise<CreatedSnapshot> {
  const input = createSnapshotSchema.parse(given);
  const contents = SNAPSHOT_PARTS.filter((part) => input.contents.includes(part));
  return withGatewayLocked(input.gatewayId, async (tx) => {
    const gateway = await recoverableGateway(tx, actor, input.gatewayId, 'snapshot.create');
    const estimatedBytes = await estimateSnapshotBytes(tx, gateway, { contents, compression: input.compression });
    await requireRoom(tx, gateway, estimatedBytes);
    const order = newSnapshotOrder({ name: input.name, type: 'manual', contents, compression: input.compression }, Date.now());
    const { job } = await orderJob(tx, actor, {
      gateway,
      operation: 'snapshot',
      type: 'snapshot',
      intent: 'install',
      time: { strategy: input.strategy, operation: 'O1' },
      secondId: null,
      toVersion: gateway.activeVersion ?? 'unknown',
      targetSlot: gateway.active,
      recovery: {
        order: { operation: 'snapshot', snapshot: order },
        reason: input.description ?? input.name,
        approvalsNeeded: 0,
        approvals: [],
      },
      bytesTotal: BigInt(estimatedBytes),
      message: `ordered the snapshot ${order.snapshotId} (${contents.join(', ')})`,
      withJob: (made) => keepSnapshotOrder(tx, actor, gateway, order, { jobId: made.id, description: input.description ?? null }),
    });
    return { snapshotId: order.snapshotId, jobId: job.id, estimatedBytes, steps: snapshotSteps(contents) };
  });
}

export function snapshotSteps(contents: readonly string[]): string[] {
  return [
    `Pack ${contents.map((part) => (part === 'image' ? 'the image of the running partition' : part)).join(', ')} on the gateway`,
    'Hash it and list it',
  ];
}

/** CONFLICT when the gateway keeps as many as it may, INSUFFICIENT_DISK_SPACE (OTA_003) when it has no room. */
export async function requireRoom(db: Db | Tx, gateway: RecoverableGateway, bytes: number): Promise<void> {
  if (!(await hasRoomForSnapshot(db, gateway.id))) {
    throw new DomainError(
      'CONFLICT',
      `The gateway keeps ${MAX_SNAPSHOTS} snapshots that people have made; there may not be more.`,
      { max_snapshots: MAX_SNAPSHOTS },
      ['Delete one first'],
    );
  }
  const free = gateway.vitals === null ? null : Number(gateway.vitals.diskFreeBytes);
  if (free === null || free >= bytes + SPARE_BYTES) return;
  throw new DomainError(
    'INSUFFICIENT_DISK_SPACE',
    'The gateway has not enough free space for the snapshot.',
    { required_bytes: bytes + SPARE_BYTES, available_bytes: free },
    ['Delete a snapshot', 'Leave the image out'],
  );
}
