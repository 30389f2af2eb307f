import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { removeUploadFile } from './upload-file';

/** Gives up an upload that is still coming: its bytes are gone, the row says why. False when it was not coming any more. */
export async function endUpload(
  actor: Actor,
  uploadId: string,
  state: 'aborted' | 'expired' | 'rejected',
  error: string,
): Promise<boolean> {
  const ended = await getDb().$transaction(async (tx) => {
    const { count } = await tx.upload.updateMany({
      where: { id: uploadId, state: 'receiving' },
      data: { state, error, finishedAt: new Date() },
    });
    if (count === 0) return false;
    await recordAudit(tx, actor, { name: 'upload.ended', objectType: 'upload', objectId: uploadId, reason: error, data: { state } });
    return true;
  });
  // After the row: a file without a row that is coming is swept away, a row without its file would be shown as coming.
  if (ended) await removeUploadFile(uploadId);
  return ended;
}
