/** How large a snapshot will be at most: the last one of the same parts, else what the slot and the parts may hold. */
import type { SnapshotPart } from '#/protocol/mqtt/recovery';
import type { Db, Tx } from '../db/client';
import type { RecoverableGateway } from './recoverable-gateway';

/** Nobody has measured what a gateway keeps beside its image until it has made a snapshot once. */
const NOMINAL_PART_BYTES = 8_000_000;

export async function estimateSnapshotBytes(
  db: Db | Tx,
  gateway: RecoverableGateway,
  wish: { contents: readonly SnapshotPart[]; compression: string },
): Promise<number> {
  const parts = [...wish.contents];
  const like = await db.snapshot.findFirst({
    where: {
      gatewayId: gateway.id,
      compression: wish.compression,
      sizeBytes: { not: null },
      contents: { hasEvery: parts },
      NOT: { contents: { hasSome: (['image', 'data', 'config', 'logs'] as const).filter((part) => !parts.includes(part)) } },
    },
    orderBy: { createdAt: 'desc' },
    select: { sizeBytes: true },
  });
  if (like?.sizeBytes != null) return Number(like.sizeBytes);
  const image = gateway.slots.find((slot) => slot.id === gateway.active)?.usedBytes ?? 0n;
  return parts.reduce((sum, part) => sum + (part === 'image' ? Number(image) : NOMINAL_PART_BYTES), 0);
}
