/**
 * Tar files, plain or compressed, streamed through the Storage port: what snapshots are kept in. Memory stays flat,
 * whatever the size; the SHA-256 is that of the bytes on the disk.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { extract, type Pack, pack } from 'tar-stream';
import type { SnapshotCompression } from '#/protocol/mqtt/recovery';
import type { Attributes, Storage, StorageFile } from '../storage/storage';

type FileEntry = { name: string; sizeBytes: number; attributes?: Attributes | null; content: () => AsyncIterable<Uint8Array> };
/** A link, or with `target` null a folder. */
type BareEntry = { name: string; target: string | null; attributes?: Attributes | null };
export type ArchiveEntry = FileEntry | BareEntry;
export type ReadEntry = { name: string; kind: 'file' | 'folder' | 'link'; target: string; attributes: Attributes };
export type Written = { sizeBytes: number; sha256: string };

const CHUNK_BYTES = 262_144;
const COMPRESSORS: Record<SnapshotCompression, () => Transform> = {
  gzip: () => createGzip(),
  zstd: () => createZstdCompress(),
  none: () => new PassThrough(),
};
const DECOMPRESSORS: Record<SnapshotCompression, () => Transform> = {
  gzip: () => createGunzip(),
  zstd: () => createZstdDecompress(),
  none: () => new PassThrough(),
};
export const ARCHIVE_SUFFIX: Record<SnapshotCompression, string> = { gzip: '.tar.gz', zstd: '.tar.zst', none: '.tar' };

/** Writes a new file and syncs it; its name is not durable yet. Rejects with the storage's own error, such as ENOSPC. */
export async function writeArchive(
  storage: Storage,
  path: string,
  compression: SnapshotCompression,
  entries: Iterable<ArchiveEntry> | AsyncIterable<ArchiveEntry>,
  signal: AbortSignal,
): Promise<Written> {
  const file = await storage.open(path, 'create');
  try {
    await file.truncate(0);
    const tar = pack();
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const filling = fill(tar, entries).catch((error: unknown) => void tar.destroy(asError(error)));
    await pipeline(
      tar,
      COMPRESSORS[compression](),
      async (source: AsyncIterable<Uint8Array>) => {
        for await (const chunk of source) {
          await file.write(chunk, sizeBytes);
          hash.update(chunk);
          sizeBytes += chunk.length;
        }
      },
      { signal },
    );
    await filling;
    await file.sync();
    return { sizeBytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

async function fill(tar: Pack, entries: Iterable<ArchiveEntry> | AsyncIterable<ArchiveEntry>): Promise<void> {
  const gone = new AbortController();
  tar.once('close', () => gone.abort());
  for await (const one of entries) {
    const { name, attributes } = one;
    const done = Promise.withResolvers<void>();
    // It rejects as well when nobody waits for it any more.
    done.promise.catch(() => {});
    const end = (error?: Error | null) => (error ? done.reject(error) : done.resolve());
    if ('target' in one) {
      const kind = one.target === null ? ({ type: 'directory' } as const) : ({ type: 'symlink', linkname: one.target } as const);
      tar.entry({ name, ...kind, ...attributes }, end).end();
      await done.promise;
      continue;
    }
    const entry = tar.entry({ name, size: one.sizeBytes, ...attributes }, end);
    for await (const chunk of one.content()) {
      if (gone.signal.aborted) return;
      if (!entry.write(chunk)) await once(entry, 'drain', { signal: gone.signal });
    }
    entry.end();
    await done.promise;
  }
  tar.finalize();
}

/** Hands over each entry in turn; what a handler does not read is skipped. */
export async function readArchive(
  storage: Storage,
  path: string,
  compression: SnapshotCompression,
  onEntry: (entry: ReadEntry, content: AsyncIterable<Uint8Array>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const file = await storage.open(path, 'read');
  try {
    const tar = extract();
    const sizeBytes = await file.sizeBytes();
    const reading = pipeline(Readable.from(chunksOf(file, sizeBytes)), DECOMPRESSORS[compression](), tar, { signal });
    // Its failure ends the loop below with the same error.
    reading.catch(() => {});
    for await (const entry of tar) {
      const { name, type, linkname, mode = 0o600, uid = 0, gid = 0 } = entry.header;
      const kind = type === 'symlink' ? 'link' : type === 'directory' ? 'folder' : 'file';
      await onEntry({ name, kind, target: linkname ?? '', attributes: { mode: mode & 0o7777, uid, gid } }, entry);
      entry.resume();
    }
    await reading;
  } finally {
    await file.close();
  }
}

/** The first bytes of a file, in pieces; fails when the file is shorter. */
export async function* chunksOf(file: StorageFile, sizeBytes: number, onBytes?: (count: number) => void): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < sizeBytes; ) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, sizeBytes - done));
    const count = await file.read(chunk, done);
    if (count === 0) throw new Error(`a file ended ${sizeBytes - done} bytes too early: it was changed while it was read`);
    done += count;
    onBytes?.(count);
    yield chunk.subarray(0, count);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
