/** An upload is whole: its hash is compared, it becomes an artifact, and is then looked into. */
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import type { StoredBlob } from '../artifacts/artifact-store';
import { getArtifactStore } from '../artifacts/get-store';
import { lockBlob, removeUnusedBlob } from '../artifacts/unused-blobs';
import { recordAudit } from '../audit/record-audit';
import { logger } from '../config/logger';
import { getDb } from '../db/client';
import type { Upload } from '../db/generated/client';
import { endUpload } from './end-upload';
import { inspectUpload } from './inspect-upload';
import { hashUpload, removeUploadFile, uploadFile } from './upload-file';

/**
 * Idempotent: a second call finds it finished. Throws CHECKSUM_MISMATCH when it is not what was declared (the upload is
 * rejected and gone then), and NOT_FOUND when it was given up meanwhile. A failure of the store leaves it as it is, to be
 * finished later. The verdict comes afterwards: the state is `checking` until then.
 */
export async function finishUpload(actor: Actor, uploadId: string): Promise<void> {
  const upload = await getDb().upload.findUnique({ where: { id: uploadId } });
  if (upload?.state === 'checking' || upload?.state === 'verified' || upload?.state === 'rejected') return;
  if (upload?.state !== 'receiving') throw new DomainError('NOT_FOUND', 'There is no such upload any more.');
  const blob = await hashUpload(uploadId);
  if (upload.sizeBytes !== null && Number(upload.sizeBytes) !== blob.sizeBytes) {
    throw new DomainError('VALIDATION_FAILED', `${blob.sizeBytes} of ${upload.sizeBytes} bytes are here.`);
  }
  if (upload.declaredSha256 !== null && upload.declaredSha256 !== blob.sha256) {
    const message = 'The file that came is not the one whose SHA-256 was declared.';
    await endUpload(actor, uploadId, 'rejected', message);
    throw new DomainError('CHECKSUM_MISMATCH', message, { declared: upload.declaredSha256, received: blob.sha256 }, [
      'Send the file again',
    ]);
  }
  // The file stays until the row says so: who is killed in between finds it and finishes.
  await getArtifactStore().adopt(uploadFile(uploadId), blob);
  const mine = await becomeArtifact(actor, upload, blob).catch(async (error: unknown) => {
    if (error !== NOT_COMING) throw error;
    await removeUnusedBlob(blob.sha256);
    return false;
  });
  await removeUploadFile(uploadId);
  if (mine) startInspection(uploadId);
  // Finished or given up by somebody else meanwhile: what it is now decides.
  else await finishUpload(actor, uploadId);
}

const NOT_COMING = new Error('the upload is not coming any more');

async function becomeArtifact(actor: Actor, upload: Upload, blob: StoredBlob): Promise<true> {
  const { id, fileName, siteId } = upload;
  await getDb().$transaction(async (tx) => {
    await lockBlob(tx, blob.sha256);
    if (!(await getArtifactStore().has(blob.sha256))) {
      throw new DomainError('SYSTEM_BUSY', 'The same image was removed at the same moment.', {}, ['Try again']);
    }
    await tx.artifact.createMany({ data: blob, skipDuplicates: true });
    const { count } = await tx.upload.updateMany({
      where: { id, state: 'receiving' },
      data: { state: 'checking', artifactSha256: blob.sha256, offsetBytes: blob.sizeBytes, touchedAt: new Date() },
    });
    // Takes the artifact's row back as well.
    if (count === 0) throw NOT_COMING;
    await recordAudit(tx, actor, { name: 'upload.received', objectType: 'upload', objectId: id, siteId, data: { fileName, ...blob } });
  });
  return true;
}

/** Nobody waits for it: a failure leaves the upload in `checking`, to be looked into again (keep-uploads.ts). */
export function startInspection(uploadId: string): void {
  // One that still waits for its turn needs no second one.
  if (underWay.has(uploadId)) return;
  underWay.add(uploadId);
  inspectUpload(uploadId)
    .catch((error: unknown) =>
      logger.error({ uploadId, reason: (error as Error).message }, 'uploads: the inspection failed, it will be tried again'),
    )
    .finally(() => underWay.delete(uploadId));
}

const underWay = new Set<string>();
