/** The bytes of an upload that is still coming: one file each under incoming/, which every web program of the installation sees. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactFolder, incomingFolder } from '../artifacts/artifact-folder';
import { isFull, noRoom } from '../artifacts/no-room';

export const UPLOAD_FILE = /^upload-([0-9a-f-]{36})$/;
/** How often a long write says how far it is. */
const TELL_EVERY_MS = 3000;

export function uploadFile(uploadId: string): string {
  return join(incomingFolder(), `upload-${uploadId}`);
}

export async function createUploadFile(uploadId: string): Promise<void> {
  await mkdir(incomingFolder(), { recursive: true });
  const file = await open(uploadFile(uploadId), 'wx').catch(asNoRoom);
  await file.close();
}

/** Null when there is none. What is in the file counts, not what was last noted of it. */
export async function uploadedBytes(uploadId: string): Promise<number | null> {
  return stat(uploadFile(uploadId)).then(
    ({ size }) => size,
    () => null,
  );
}

export function removeUploadFile(uploadId: string): Promise<void> {
  return rm(uploadFile(uploadId), { force: true });
}

type OpenFile = (path: string) => Promise<Pick<FileHandle, 'write' | 'sync' | 'close'>>;

/**
 * Writes what comes from `offset` on, and returns the new offset. What was written before a failure stays, and counts. `tell`
 * hears now and then how far it is, at last when everything is on disk. `openFile` is there for a disk that fails on purpose.
 */
export async function writeUpload(
  uploadId: string,
  offset: number,
  source: AsyncIterable<Uint8Array>,
  tell: (offset: number) => Promise<unknown>,
  openFile: OpenFile = (path) => open(path, 'r+'),
): Promise<number> {
  const file = await openFile(uploadFile(uploadId));
  let at = offset;
  try {
    let toldMs = performance.now();
    for await (const chunk of source) {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at);
        done += bytesWritten;
        at += bytesWritten;
      }
      if (performance.now() - toldMs > TELL_EVERY_MS) {
        toldMs = performance.now();
        await tell(at);
      }
    }
    await file.sync();
    await tell(at);
    return at;
  } catch (error) {
    if (isFull(error)) throw noRoom(artifactFolder());
    // Cut off: what came counts, as far as it is on disk.
    await file.sync().then(
      () => tell(at),
      () => undefined,
    );
    throw error;
  } finally {
    await file.close();
  }
}

export async function hashUpload(uploadId: string): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(uploadFile(uploadId), { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** Throws INSUFFICIENT_DISK_SPACE when the disk does not have this much. */
export async function requireDisk(bytes: number): Promise<void> {
  await mkdir(incomingFolder(), { recursive: true });
  const { bavail, bsize } = await statfs(incomingFolder());
  if (bavail * bsize < bytes) throw noRoom(artifactFolder());
}

function asNoRoom(error: unknown): never {
  throw isFull(error) ? noRoom(artifactFolder()) : error;
}
