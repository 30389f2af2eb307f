/** Looks into an image that has come resumably: what it is, and whose signature it bears. */
import { DomainError } from '#/domain/errors/domain-error';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { judgeUpload } from './judge-upload';

/**
 * Called once an upload is `checking`; moves it to `verified` or `rejected`. Called again for one that stayed `checking`
 * for long, because the program ended meanwhile: so it is idempotent.
 */
export async function inspectUpload(uploadId: string): Promise<void> {
  const upload = await getDb().upload.findUnique({ where: { id: uploadId } });
  if (upload?.state !== 'checking') return;
  try {
    await judgeUpload(systemActor('uploads'), upload);
  } catch (error) {
    // Said on the row already.
    if (!(error instanceof DomainError && error.code === 'INVALID_UPDATE_FILE')) throw error;
  }
}
