/** A bundle that a gateway sends: only one that was ordered from it, not expired, and not here yet. */
import { DomainError } from '#/domain/errors/domain-error';
import { MAX_BUNDLE_BYTES } from '#/domain/recovery/retention';
import { systemActor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getArtifactStore } from '../artifacts/get-store';
import { lockBlob } from '../artifacts/unused-blobs';
import { getDb, type Tx } from '../db/client';
import { hint } from '../db/hint';
import { appendStreamEvent } from '../live/append-stream-event';
import { type Announced, asAnnounced } from './bundle-blob';
import { OPEN_BUNDLES } from './order-bundle';

/** A bucket behind a slow network takes its time for the largest bundle. */
const ADOPT_MS = 120_000;

export type Received = 'stored' | 'there_already';

/** Whether the bytes are wanted. Throws NOT_FOUND for anything that was not ordered from this gateway or is over. */
export async function expectBundle(gatewayId: string, bundleId: string, announced: Announced): Promise<Received | 'wanted'> {
  const row = await getDb().debugBundle.findUnique({ where: { id: bundleId } });
  if (row?.gatewayId === gatewayId) {
    // The answer to the first time was lost on the way.
    if (row.state === 'ready' && row.sha256 === announced.sha256) return 'there_already';
    if (OPEN_BUNDLES.includes(row.state) && row.expiresAt > new Date()) return 'wanted';
  }
  throw new DomainError('NOT_FOUND', 'No such bundle is expected from this gateway.');
}

/** Keeps the bytes and marks the row by compare-and-set: of two that come at once one counts. */
export async function receiveBundle(
  gatewayId: string,
  bundleId: string,
  source: AsyncIterable<Uint8Array>,
  announced: Announced,
): Promise<Received> {
  const store = getArtifactStore();
  const file = await store.receive(asAnnounced(source, announced), { maxBytes: MAX_BUNDLE_BYTES });
  try {
    const kept = await getDb().$transaction(
      async (tx) => {
        await lockBlob(tx, file.sha256);
        if (!(await markReady(tx, gatewayId, bundleId, announced))) return false;
        await store.adopt(file.path, file);
        return true;
      },
      { timeout: ADOPT_MS },
    );
    if (kept) return 'stored';
  } finally {
    await file.discard();
  }
  // It expired, was deleted or failed while its bytes came; or the same bytes came twice.
  const again = await expectBundle(gatewayId, bundleId, announced);
  if (again === 'there_already') return again;
  throw new DomainError('CONFLICT', 'The bundle changed while its bytes came.');
}

async function markReady(tx: Tx, gatewayId: string, bundleId: string, { sizeBytes, sha256 }: Announced): Promise<boolean> {
  const now = new Date();
  const { count } = await tx.debugBundle.updateMany({
    where: { id: bundleId, gatewayId, state: { in: OPEN_BUNDLES }, expiresAt: { gt: now } },
    data: { state: 'ready', sha256, sizeBytes: BigInt(sizeBytes), readyAt: now },
  });
  if (count !== 1) return false;
  const row = await tx.debugBundle.findUniqueOrThrow({ where: { id: bundleId }, include: { gateway: { select: { name: true } } } });
  await recordAudit(tx, systemActor(`agent ${row.gateway.name}`), {
    name: 'bundle.received',
    objectType: 'bundle',
    objectId: bundleId,
    siteId: row.siteId,
    data: { gatewayId, sizeBytes, sha256, redactions: row.redactions },
  });
  await appendStreamEvent(tx, {
    gatewayId,
    siteId: row.siteId,
    type: 'system_event',
    payload: { event: 'debug_bundle_ready', message: `Bundle ${bundleId} of ${row.gateway.name} is ready`, bundle_id: bundleId },
  });
  await hint(tx, { kind: 'gateway', gatewayId, siteId: row.siteId });
  return true;
}
