/** What a stored image is: read once by a worker, then kept with the artifact. */
import { DomainError } from '#/domain/errors/domain-error';
import type { ImageFacts } from '#/domain/images/image-facts';
import { ImageRefused } from '#/domain/images/image-refused';
import { readUpTo } from '#/domain/images/image-source';
import { compressionOf } from '#/domain/images/image-words';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import { inspectInWorker } from '../images/inspect-in-worker';
import { withPathSource } from '../images/path-source';
import { factsOf } from '../releases/image-demands';

/** Throws INVALID_UPDATE_FILE with one sentence for what is no image that can be used, and NOT_FOUND. */
export async function inspectArtifact(sha256: string): Promise<ImageFacts> {
  const known = await getDb().artifact.findUnique({ where: { sha256 }, select: { facts: true } });
  const kept = factsOf(known?.facts);
  if (kept !== null) return kept;
  const file = await getArtifactStore().localFile(sha256);
  if (file === null) throw new DomainError('NOT_FOUND', 'The image is not in the artifact store.', { sha256 });
  try {
    const facts = await inspectInWorker(file.path);
    await getDb().artifact.update({
      where: { sha256 },
      data: {
        facts,
        format: facts.format,
        compression: facts.compression,
        contentSha256: facts.contentSha256 ?? (facts.compression === 'none' ? sha256 : null),
        contentSizeBytes: facts.contentSizeBytes,
        inspectedAt: new Date(),
      },
    });
    return facts;
  } catch (error) {
    if (error instanceof ImageRefused) {
      // That it is compressed is known all the same, and it must not be taken for an image.
      const { compression } = await withPathSource(file.path, async (source) => ({
        compression: compressionOf(await readUpTo(source, 0, 6)),
      }));
      await getDb().artifact.updateMany({ where: { sha256 }, data: { compression } });
      throw new DomainError('INVALID_UPDATE_FILE', error.message, { sha256 });
    }
    throw error;
  } finally {
    await file.release();
  }
}
