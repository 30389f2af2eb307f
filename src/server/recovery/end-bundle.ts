/** Ends bundles: the row stays, the bytes go. */
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { removeUnusedBlob } from '../artifacts/unused-blobs';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { hint } from '../db/hint';
import { findBundle } from './find-bundle';

/** True when this call ended it. Compare-and-set: several controllers do no harm. */
export async function endBundle(actor: Actor, bundleId: string, why: string): Promise<boolean> {
  const ended = await getDb().$transaction(async (tx) => {
    const { count } = await tx.debugBundle.updateMany({
      where: { id: bundleId, state: { not: 'expired' } },
      data: { state: 'expired', expiresAt: new Date() },
    });
    if (count !== 1) return null;
    const row = await tx.debugBundle.findUniqueOrThrow({ where: { id: bundleId } });
    const data = { gatewayId: row.gatewayId, why };
    await recordAudit(tx, actor, { name: 'bundle.deleted', objectType: 'bundle', objectId: bundleId, siteId: row.siteId, data });
    await hint(tx, { kind: 'gateway', gatewayId: row.gatewayId, siteId: row.siteId });
    return row;
  });
  if (ended === null) return false;
  // A blob that stays behind when this fails is found by the store's own sweep of what nothing names.
  if (ended.sha256 !== null) await removeUnusedBlob(ended.sha256);
  return true;
}

/** Before its time, by a person who may read it. */
export async function deleteBundle(actor: Actor, input: { bundleId: string }): Promise<{ bundleId: string }> {
  const bundle = await findBundle(actor, input.bundleId, 'bundle.read');
  if (!(await endBundle(actor, bundle.id, `${actor.name} deleted it`)))
    throw new DomainError('CONFLICT', 'The bundle has expired already.', { bundle_id: bundle.id });
  return { bundleId: bundle.id };
}
