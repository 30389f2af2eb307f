/** A download on its way: `<sha256>.part` in the staging folder, hashed as it grows, and the ETag that it came with. */
import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { readWholeFile, removeFileDurably, writeFileAtomic } from '../storage/atomic-file';
import type { Storage, StorageFile } from '../storage/storage';

const READ_BYTES = 1_048_576;

export function partPath(folder: string, sha256: string): string {
  return join(folder, `${sha256}.part`);
}

function etagPath(folder: string, sha256: string): string {
  return join(folder, `${sha256}.etag`);
}

/** Removes what is staged of an image; whether there was anything. */
export async function removeStaged(storage: Storage, folder: string, sha256: string): Promise<boolean> {
  const found = (await storage.sizeOf(partPath(folder, sha256))) !== null;
  await removeFileDurably(storage, etagPath(folder, sha256));
  await removeFileDurably(storage, partPath(folder, sha256));
  return found;
}

/** Removes every staged file but those of these hashes. */
export async function removeOtherStaged(storage: Storage, folder: string, ...kept: string[]): Promise<void> {
  for (const name of await storage.list(folder)) {
    if (!kept.some((sha256) => name.startsWith(`${sha256}.`))) await storage.remove(join(folder, name));
  }
}

/** SHA-256 of the first bytes of a file, as hex; null when the file is shorter. */
export async function hashFile(
  file: StorageFile,
  sizeBytes: number,
  signal?: AbortSignal,
  onBytes?: (done: number) => void,
): Promise<string | null> {
  const hash = createHash('sha256');
  return (await feed(file, sizeBytes, hash, signal, onBytes)) === sizeBytes ? hash.digest('hex') : null;
}

async function feed(
  file: StorageFile,
  sizeBytes: number,
  hash: Hash,
  signal?: AbortSignal,
  onBytes?: (done: number) => void,
): Promise<number> {
  const buffer = new Uint8Array(Math.min(READ_BYTES, Math.max(1, sizeBytes)));
  let done = 0;
  while (done < sizeBytes) {
    signal?.throwIfAborted();
    const count = await file.read(buffer.subarray(0, Math.min(buffer.length, sizeBytes - done)), done);
    if (count === 0) break;
    hash.update(buffer.subarray(0, count));
    done += count;
    onBytes?.(done);
  }
  return done;
}

export class PartFile {
  bytesDone = 0;
  /** Bytes that an earlier life of the agent left; a power cut may have torn them. */
  inheritedBytes = 0;
  etag: string | null = null;
  #hash = createHash('sha256');

  private constructor(
    private readonly storage: Storage,
    private readonly folder: string,
    private readonly sha256: string,
    private readonly file: StorageFile,
  ) {}

  /** Opens or makes the part and hashes what it holds; what is beyond the declared size is cut off. */
  static async open(storage: Storage, folder: string, sha256: string, sizeBytes: number, signal: AbortSignal): Promise<PartFile> {
    await storage.makeFolder(folder);
    const file = await storage.open(partPath(folder, sha256), 'create');
    const part = new PartFile(storage, folder, sha256, file);
    const found = await file.sizeBytes();
    if (found > sizeBytes) await file.truncate(sizeBytes);
    part.bytesDone = await feed(file, Math.min(found, sizeBytes), part.#hash, signal);
    part.inheritedBytes = part.bytesDone;
    const etag = part.bytesDone === 0 ? null : await readWholeFile(storage, etagPath(folder, sha256));
    part.etag = etag === null ? null : new TextDecoder().decode(etag);
    return part;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.file.write(bytes, this.bytesDone);
    this.#hash.update(bytes);
    this.bytesDone += bytes.length;
  }

  /** Fills `target` from what is there; returns the bytes read. */
  read(target: Uint8Array, position: number): Promise<number> {
    return this.file.read(target, position);
  }

  /** Keeps the first bytes only: what follows is not what it should be. */
  async cutBack(sizeBytes: number, signal: AbortSignal): Promise<void> {
    if (sizeBytes >= this.bytesDone) return;
    await this.file.truncate(sizeBytes);
    this.#hash = createHash('sha256');
    this.bytesDone = await feed(this.file, sizeBytes, this.#hash, signal);
    this.inheritedBytes = Math.min(this.inheritedBytes, sizeBytes);
  }

  async restart(): Promise<void> {
    await this.file.truncate(0);
    this.bytesDone = 0;
    this.inheritedBytes = 0;
    this.etag = null;
    this.#hash = createHash('sha256');
  }

  async rememberEtag(etag: string | null): Promise<void> {
    if (etag === null || etag === this.etag) return;
    await writeFileAtomic(this.storage, etagPath(this.folder, this.sha256), new TextEncoder().encode(etag));
    this.etag = etag;
  }

  /** Whether all bytes are the ones that were ordered. */
  matches(): boolean {
    return this.#hash.copy().digest('hex') === this.sha256;
  }

  /** Content and name are durable when it resolves. */
  async finish(): Promise<void> {
    await this.file.sync();
    await this.storage.syncFolder(this.folder);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
