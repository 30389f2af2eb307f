import { DomainError } from '#/domain/errors/domain-error';
import { getArtifactStore } from '../artifacts/get-store';
import { logger } from '../config/logger';
import { isDatabaseGone } from '../db/database-gone';

/** What a store behind a network fails with; what is said of the request itself (full, too large) stays what it is. */
export async function reachingStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const store = getArtifactStore();
    if (error instanceof DomainError || error instanceof RangeError || store.kind === 'folder' || isDatabaseGone(error)) throw error;
    logger.warn({ reason: (error as Error).message }, 'artifacts: the store does not answer');
    throw new DomainError(
      'UPDATE_SERVER_UNREACHABLE',
      'The artifact store does not answer; the image can be neither kept nor fetched.',
      {},
      ['Try again later', 'Check ARTIFACT_STORE_URL and the store with: fairlead doctor'],
    );
  }
}
