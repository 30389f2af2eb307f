/** A store behind a network that fails is away for whoever asks (OTA_009), whatever its client says in its own words. */
import { DomainError } from '#/domain/errors/domain-error';
import { logger } from '../config/logger';
import type { BlobKeeper } from './artifact-store';

/** The same store; what is said of the request itself (full, too large, no hash) and of this machine's files stays what it is. */
export function reachingStore(keeper: BlobKeeper): BlobKeeper {
  return {
    ...keeper,
    adopt: (file, blob) => reaching(() => keeper.adopt(file, blob)),
    open: (sha256) => reaching(() => keeper.open(sha256)),
    localFile: (sha256) => reaching(() => keeper.localFile(sha256)),
    has: (sha256) => reaching(() => keeper.has(sha256)),
  };
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const ofFile = typeof (error as { path?: unknown }).path === 'string';
    if (error instanceof DomainError || error instanceof RangeError || ofFile) throw error;
    logger.warn({ reason: (error as Error).message }, 'artifacts: the store does not answer');
    throw new DomainError(
      'UPDATE_SERVER_UNREACHABLE',
      'The artifact store does not answer; the image can be neither kept nor fetched.',
      {},
      ['Try again later', 'Check ARTIFACT_STORE_URL and the store with: fairlead doctor'],
    );
  }
}
