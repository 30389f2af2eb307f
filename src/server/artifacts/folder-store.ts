/** The artifact store as a folder. A file under its final name is whole, and never changes. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { ImageRefused } from '#/domain/images/image-refused';
import { artifactFile, artifactFolder, incomingFolder } from './artifact-folder';
import type { BlobKeeper, OpenBlob, StoredBlob } from './artifact-store';
import { isFull, noRoom } from './no-room';
import { openArtifact } from './open-artifacts';
import { probeStore } from './probe-store';

const READ_BYTES = 256 * 1024;

export function folderStore(): BlobKeeper {
  const keeper: BlobKeeper = {
    kind: 'folder',
    place: artifactFolder(),
    adopt,
    open: openBlob,
    async localFile(sha256) {
      const path = artifactFile(sha256);
      return (await exists(path)) ? { path, release: async () => undefined } : null;
    },
    has: (sha256) => exists(artifactFile(sha256)),
    remove: (sha256) => rm(artifactFile(sha256), { force: true }),
    usedBytes,
    probe: () => probeStore(keeper),
    // What is coming belongs to whoever receives it (sweep-incoming.ts).
    sweep: async () => 0,
  };
  return keeper;
}

/** A second name for the file, so that nothing is copied; then synced, and renamed to the final name. */
async function adopt(file: string, { sha256, sizeBytes }: StoredBlob): Promise<void> {
  const target = artifactFile(sha256);
  const temporary = join(incomingFolder(), `part-${randomUUID()}`);
  try {
    await mkdir(incomingFolder(), { recursive: true });
    // A file system without hard links, or another one: a copy it is.
    await link(file, temporary).catch(() => copyFile(file, temporary, constants.COPYFILE_EXCL));
    const { size } = await syncFile(temporary);
    if (size !== sizeBytes) throw new Error(`a file of ${sizeBytes} bytes has ${size}`);
    await mkdir(dirname(target), { recursive: true });
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (error) {
    throw isFull(error) ? noRoom(artifactFolder()) : error;
  } finally {
    // Two names of one file: a rename leaves both.
    await rm(temporary, { force: true });
  }
}

async function openBlob(sha256: string): Promise<OpenBlob | null> {
  const artifact = await openArtifact(sha256);
  if (!artifact) return null;
  const { handle, size, release } = artifact;
  const streams = new Set<Readable>();
  return {
    sizeBytes: size,
    file: handle,
    read(start, end) {
      const stream = Readable.from(readRange(handle, start, end), { objectMode: false, highWaterMark: READ_BYTES });
      streams.add(stream);
      return stream.once('close', () => streams.delete(stream));
    },
    release() {
      for (const stream of streams) stream.destroy();
      release();
    },
  };
}

/** By position, and without closing it at the end as a stream of Node's would: others read from the same open file. */
async function* readRange(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at <= end; ) {
    const { bytesRead, buffer } = await handle.read({
      buffer: Buffer.allocUnsafe(Math.min(READ_BYTES, end - at + 1)),
      position: at,
    });
    if (bytesRead === 0) throw new ImageRefused('It is shorter than it was.');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function usedBytes(): Promise<number> {
  let bytes = 0;
  for (const shelf of await readdir(artifactFolder()).catch(() => [] as string[])) {
    if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
    const folder = join(artifactFolder(), shelf);
    for (const name of await readdir(folder)) bytes += await sizeOf(join(folder, name));
  }
  return bytes;
}

const sizeOf = (path: string) =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function syncFile(path: string): Promise<{ size: number }> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
    return { size: (await handle.stat()).size };
  } finally {
    await handle.close();
  }
}

/** Makes a renamed file survive a power cut under its new name. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
