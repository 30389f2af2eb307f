/** What a stored image is: read once by a worker, then kept with the artifact. */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '#/domain/errors/domain-error';
import type { ImageFacts } from '#/domain/images/image-facts';
import { ImageRefused } from '#/domain/images/image-refused';
import { readUpTo } from '#/domain/images/image-source';
import { compressionOf } from '#/domain/images/image-words';
import { artifactFolder, incomingFolder } from '../artifacts/artifact-folder';
import { getArtifactStore } from '../artifacts/get-store';
import { isFull, noRoom } from '../artifacts/no-room';
import { getDb } from '../db/client';
import { inspectInWorker } from '../images/inspect-in-worker';
import { looks } from '../images/looks';
import { withPathSource } from '../images/path-source';
import { factsOf } from '../releases/image-demands';

/**
 * Waits while others are looked into. Throws INVALID_UPDATE_FILE with one sentence for what is no image that can be used, NOT_FOUND,
 * and INSUFFICIENT_DISK_SPACE when there is no room for the content of a compressed one; nothing is left behind then.
 */
export async function inspectArtifact(sha256: string): Promise<ImageFacts> {
  return (await keptFacts(sha256)) ?? looks.pass(async () => (await keptFacts(sha256)) ?? look(sha256));
}

async function keptFacts(sha256: string): Promise<ImageFacts | null> {
  const known = await getDb().artifact.findUnique({ where: { sha256 }, select: { facts: true } });
  return factsOf(known?.facts);
}

async function look(sha256: string): Promise<ImageFacts> {
  const file = await getArtifactStore().localFile(sha256);
  if (file === null) throw new DomainError('NOT_FOUND', 'The image is not in the artifact store.', { sha256 });
  try {
    await mkdir(incomingFolder(), { recursive: true });
    // Named as copies are: no part of the quota, and swept away when this program is killed.
    const facts = await inspectInWorker(file.path, join(incomingFolder(), `copy-${randomUUID()}`));
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
    throw isFull(error) ? noRoom(artifactFolder()) : error;
  } finally {
    await file.release();
  }
}
