/** The image that a gateway keeps for the worst case, where its host has one: read only, and never written by the agent. */
import type { z } from 'zod';
import { decodeImageManifest, IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import type { snapshotsEventSchema } from '#/protocol/mqtt/recovery';
import { hashFile } from '../download/part-file';
import type { Storage } from '../storage/storage';

export type RecoveryImage = z.infer<typeof snapshotsEventSchema>['recoveryImage'];
export const NO_RECOVERY_IMAGE: RecoveryImage = { present: false, version: null, sizeBytes: null, sha256: null, updatedAt: null };

/** Hashes it; one that cannot be read is as good as none. When it was written is known of a file, not of a partition. */
export async function readRecoveryImage(storage: Storage, path: string | null): Promise<RecoveryImage> {
  const sizeBytes = path === null ? null : await storage.sizeOf(path).catch(() => null);
  if (path === null || sizeBytes === null) return NO_RECOVERY_IMAGE;
  const file = await storage.open(path, 'read');
  try {
    const head = new Uint8Array(Math.min(IMAGE_MANIFEST_BYTES, sizeBytes));
    await file.read(head, 0);
    const sha256 = await hashFile(file, sizeBytes);
    const writtenAtMs = await storage.writtenAtMs(path);
    const updatedAt = writtenAtMs === null ? null : new Date(writtenAtMs).toISOString();
    return { present: true, version: decodeImageManifest(head)?.version ?? null, sizeBytes, sha256, updatedAt };
  } catch {
    return NO_RECOVERY_IMAGE;
  } finally {
    await file.close();
  }
}
