/** A debug bundle or a diagnostic report: collected by the gateway beside whatever it does (class O1), sent to the device door. */
import { DomainError } from '#/domain/errors/domain-error';
import { BUNDLE_LIFETIME_MS, MAX_BUNDLE_BYTES } from '#/domain/recovery/retention';
import { BUNDLE_PARTS, type BundlePart, type SnapshotCompression } from '#/protocol/mqtt/recovery';
import { type Actor, requirePermission } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import type { Tx } from '../db/client';
import type { DebugBundle } from '../db/generated/client';
import { hint } from '../db/hint';
import { newPublicId } from '../jobs/job-id';
import { enqueueCommand } from '../outbox/enqueue-command';

export type BundleWish = {
  kind: 'debug' | 'diagnostic';
  contents?: readonly BundlePart[];
  compression?: SnapshotCompression;
  jobId?: string;
};

/** Those that wait for their bytes. */
export const OPEN_BUNDLES = ['ordered', 'collecting'];
/** Of one gateway that wait at once: each costs its disk and its link. */
const MAX_OPEN = 3;

/** Orders one, or gives the same one again that the same person has just ordered and that is still being made. The caller holds the gateway's lock. */
export async function orderBundle(tx: Tx, actor: Actor, gateway: { id: string; siteId: string }, wish: BundleWish): Promise<DebugBundle> {
  requirePermission(actor, 'bundle.create', gateway.siteId);
  const contents = BUNDLE_PARTS.filter((part) => (wish.contents ?? BUNDLE_PARTS).includes(part));
  const compression = wish.compression ?? 'gzip';
  const open = await tx.debugBundle.findMany({
    where: { gatewayId: gateway.id, state: { in: OPEN_BUNDLES }, expiresAt: { gt: new Date() } },
  });
  const same = open.find(
    (one) =>
      one.kind === wish.kind &&
      one.compression === compression &&
      one.requestedById === actor.id &&
      one.jobId === (wish.jobId ?? null) &&
      one.contents.join() === contents.join(),
  );
  if (same) return same;
  if (open.length >= MAX_OPEN) {
    throw new DomainError(
      'SYSTEM_BUSY',
      `The gateway collects ${open.length} bundles already.`,
      { bundle_ids: open.map((one) => one.id) },
      ['Wait until one is ready'],
    );
  }
  const expiresAt = new Date(Date.now() + BUNDLE_LIFETIME_MS);
  const bundle = await tx.debugBundle.create({
    data: {
      id: newPublicId('DBG'),
      gatewayId: gateway.id,
      siteId: gateway.siteId,
      kind: wish.kind,
      contents,
      compression,
      jobId: wish.jobId ?? null,
      requestedById: actor.type === 'system' ? null : actor.id,
      requestedBy: actor.name,
      expiresAt,
    },
  });
  await enqueueCommand(
    tx,
    gateway.id,
    {
      name: 'bundle.collect',
      bundleId: bundle.id,
      kind: wish.kind,
      contents,
      compression,
      maxBytes: MAX_BUNDLE_BYTES,
      uploadPath: `/device/v1/bundles/${bundle.id}`,
      expiresAt: expiresAt.toISOString(),
    },
    { ttlMs: BUNDLE_LIFETIME_MS },
  );
  const data = { gatewayId: gateway.id, kind: wish.kind, contents, expiresAt: expiresAt.toISOString() };
  await recordAudit(tx, actor, { name: 'bundle.ordered', objectType: 'bundle', objectId: bundle.id, siteId: gateway.siteId, data });
  await hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
  return bundle;
}
