/** Receives a stream into a file of its own under incoming/: hashed on the way, on disk when it is whole, gone when it fails. */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '#/domain/errors/domain-error';
import { artifactFolder, incomingFolder } from './artifact-folder';
import type { BlobKeeper, ReceivedFile, ReceiveLimits } from './artifact-store';
import { isFull, noRoom } from './no-room';
import { requireStillRoom, roomLeft } from './quota';

type OpenNew = (path: string) => Promise<Pick<FileHandle, 'write' | 'sync' | 'close'>>;

/** `openNew` is there for a disk that fails on purpose. */
export async function receiveFile(
  keeper: BlobKeeper,
  source: AsyncIterable<Uint8Array>,
  limits: ReceiveLimits = {},
  openNew: OpenNew = (path) => open(path, 'wx'),
): Promise<ReceivedFile> {
  const folder = incomingFolder();
  await mkdir(folder, { recursive: true });
  const { maxBytes = Number.POSITIVE_INFINITY } = limits;
  const room = await roomLeft(keeper);
  const path = join(folder, `part-${randomUUID()}`);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await openNew(path).catch((error: unknown) => {
    throw isFull(error) ? noRoom(artifactFolder()) : error;
  });
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
      if (sizeBytes > room.bytes) throw room.error();
      hash.update(chunk);
      await writeAll(file, chunk);
    }
    await file.sync();
    await file.close();
    await requireStillRoom(keeper, path);
    return { sha256: hash.digest('hex'), sizeBytes, path, discard: () => rm(path, { force: true }) };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true });
    throw isFull(error) ? noRoom(artifactFolder()) : error;
  }
}

export function tooLarge(maxBytes: number): DomainError {
  return new DomainError('PAYLOAD_TOO_LARGE', `The file may have at most ${maxBytes} bytes.`, { max_bytes: maxBytes });
}

async function writeAll(file: Pick<FileHandle, 'write'>, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}
