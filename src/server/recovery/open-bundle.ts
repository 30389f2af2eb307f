/** A bundle's bytes for who may read it; every download is in the audit trail. */
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import type { OpenBlob } from '../artifacts/artifact-store';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import type { DebugBundle } from '../db/generated/client';
import { findBundle } from './find-bundle';

export type OpenedBundle =
  | { kind: 'ready'; bundle: DebugBundle; sizeBytes: number; blob: OpenBlob | null }
  | { kind: 'making'; bundle: DebugBundle };

/** `look`: only what would come, no bytes and no entry. Throws NOT_FOUND, GONE when it has expired, CONFLICT when it failed. */
export async function openBundle(actor: Actor, bundleId: string, look = false): Promise<OpenedBundle> {
  const bundle = await findBundle(actor, bundleId, 'bundle.read');
  if (bundle.state === 'failed') {
    throw new DomainError('CONFLICT', `The bundle could not be made: ${bundle.error ?? 'nobody knows why'}.`, { bundle_id: bundle.id }, [
      'Order another one',
    ]);
  }
  if (bundle.state === 'expired' || bundle.expiresAt <= new Date()) throw expired(bundle);
  if (bundle.state !== 'ready' || bundle.sha256 === null) return { kind: 'making', bundle };
  const { sha256 } = bundle;
  if (look) return { kind: 'ready', bundle, sizeBytes: Number(bundle.sizeBytes), blob: null };
  const blob = await getArtifactStore().open(sha256);
  if (blob === null)
    throw new DomainError('SERVICE_UNAVAILABLE', 'The bytes of the bundle cannot be read at the moment.', { bundle_id: bundle.id });
  try {
    await getDb().$transaction(async (tx) => {
      await tx.debugBundle.update({ where: { id: bundle.id }, data: { downloads: { increment: 1 } } });
      const data = { gatewayId: bundle.gatewayId, sizeBytes: blob.sizeBytes, sha256 };
      await recordAudit(tx, actor, { name: 'bundle.downloaded', objectType: 'bundle', objectId: bundle.id, siteId: bundle.siteId, data });
    });
  } catch (error) {
    blob.release();
    throw error;
  }
  return { kind: 'ready', bundle, sizeBytes: blob.sizeBytes, blob };
}

function expired(bundle: DebugBundle): DomainError {
  return new DomainError('GONE', 'The bundle has expired and its bytes are removed.', { expired_at: bundle.expiresAt.toISOString() }, [
    'Order another one',
  ]);
}
