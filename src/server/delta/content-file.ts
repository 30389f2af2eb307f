/** What a slot holds of an artifact, as a file on this machine: what a compressed image unpacks to lies there for as long as it is used. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openUncompressed } from '#/unpack/open-uncompressed';
import { artifactFolder, incomingFolder } from '../artifacts/artifact-folder';
import { getArtifactStore } from '../artifacts/get-store';
import { isFull, noRoom } from '../artifacts/no-room';
import { getDb } from '../db/client';
import { contentOf } from '../jobs/slot-content';
import { requireDisk } from '../uploads/upload-file';

export type ContentFile = { path: string; release(): Promise<void> };

/**
 * null: it is not in the store. The caller releases it. Throws INSUFFICIENT_DISK_SPACE, and SYSTEM_BUSY for a compressed image that
 * nobody has looked into; nothing is left behind then. What a kill leaves behind the sweep of the incoming folder takes.
 */
export async function contentFile(sha256: string, signal: AbortSignal): Promise<ContentFile | null> {
  const { packed, sizeBytes } = contentOf(await getDb().artifact.findUniqueOrThrow({ where: { sha256 } }));
  const file = await getArtifactStore().localFile(sha256);
  if (file === null || packed === undefined) return file;
  // Named as the copies are that a bucket's store makes: swept with them, and no part of the quota.
  const path = join(incomingFolder(), `copy-${randomUUID()}`);
  const release = () => rm(path, { force: true });
  try {
    // As much again stays free for what somebody waits for.
    await requireDisk(2 * sizeBytes);
    await pipeline(openUncompressed(file.path, packed.compression), createWriteStream(path, { flags: 'wx' }), { signal });
    return { path, release };
  } catch (error) {
    await release();
    throw isFull(error) ? noRoom(artifactFolder()) : error;
  } finally {
    await file.release();
  }
}
