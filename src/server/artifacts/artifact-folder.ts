/** The artifact store as a folder: one file per image, named by its SHA-256. A file under its final name is whole. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { getEnv } from '../config/env';

const SHA256 = /^[0-9a-f]{64}$/;

/** Folder of the store (ARTIFACT_FOLDER, else FAIRLEAD_HOME/artifacts). */
export function artifactFolder(): string {
  const env = getEnv();
  return env.ARTIFACT_FOLDER ?? join(env.FAIRLEAD_HOME, 'artifacts');
}

/** Path of an image. Throws RangeError for what is no SHA-256 in lower-case hex, so that no name can leave the folder. */
export function artifactFile(sha256: string): string {
  if (!SHA256.test(sha256)) throw new RangeError('not a SHA-256 in lower-case hex');
  return join(artifactFolder(), sha256.slice(0, 2), sha256);
}

/** Streams an image into the store: hashed on the way, fsynced, then renamed to its final name. Nothing stays behind on an error. */
export async function storeArtifact(source: AsyncIterable<Uint8Array>): Promise<{ sha256: string; sizeBytes: number }> {
  const incoming = join(artifactFolder(), 'incoming');
  await mkdir(incoming, { recursive: true });
  const temporary = join(incoming, randomUUID());
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(temporary, 'wx');
  try {
    for await (const chunk of source) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await file.writeFile(chunk);
    }
    await file.sync();
    await file.close();
    const sha256 = hash.digest('hex');
    const target = artifactFile(sha256);
    await mkdir(dirname(target), { recursive: true });
    await rename(temporary, target);
    await syncFolder(dirname(target));
    return { sha256, sizeBytes };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes a renamed file survive a power cut under its new name. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
