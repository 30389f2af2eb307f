/**
 * The block hashes of a slot, kept by the SHA-256 of the image in it, so that a slot is hashed once per image and not once per
 * job. A map can be wrong (someone wrote to the slot): whoever copies compares each block again.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BLOCK_HASH_BYTES, type DeltaIndex } from '#/domain/delta/delta-index';
import { removeFileDurably } from '../storage/atomic-file';
import type { Storage, StorageFile } from '../storage/storage';

/** A block of a slot as a map has it: 4 bytes of length, then the hash. */
const ENTRY_BYTES = 4 + BLOCK_HASH_BYTES;
const TRAILER_BYTES = 32;
const BUFFER_ENTRIES = 8192;

export type OnBlock = (position: number, hashes: Uint8Array, at: number) => void;

/** Other sizes cut elsewhere, so they have a map of their own. */
export function mapName(slotSha256: string, { kind, minBytes, blockBytes, maxBytes }: DeltaIndex): string {
  return `${slotSha256}.${kind}-${minBytes}-${blockBytes}-${maxBytes}.map`;
}

/** Tells every block of a map; false, and nothing told, when there is none or it is not whole. */
export async function readMap(storage: Storage, path: string, signal: AbortSignal, onBlock: OnBlock): Promise<boolean> {
  const size = await storage.sizeOf(path);
  if (size === null || size < TRAILER_BYTES || (size - TRAILER_BYTES) % ENTRY_BYTES !== 0) return false;
  const file = await storage.open(path, 'read');
  try {
    const entries = size - TRAILER_BYTES;
    const trailer = new Uint8Array(TRAILER_BYTES);
    await file.read(trailer, entries);
    const hash = createHash('sha256');
    await eachPart(file, entries, signal, (part) => void hash.update(part));
    if (!hash.digest().equals(trailer)) return false;
    let position = 0;
    await eachPart(file, entries, signal, (part) => {
      const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
      for (let at = 0; at < part.length; at += ENTRY_BYTES) {
        onBlock(position, part, at + 4);
        position += view.getUint32(at, true);
      }
    });
    return true;
  } finally {
    await file.close();
  }
}

async function eachPart(file: StorageFile, size: number, signal: AbortSignal, take: (part: Uint8Array) => void): Promise<void> {
  const buffer = new Uint8Array(BUFFER_ENTRIES * ENTRY_BYTES);
  for (let at = 0; at < size; ) {
    signal.throwIfAborted();
    const part = buffer.subarray(0, await file.read(buffer.subarray(0, Math.min(buffer.length, size - at)), at));
    if (part.length === 0) throw new Error('a slot map is shorter than it was');
    take(part);
    at += part.length;
  }
}

/** Writes a map as its blocks come; under its name only when it is whole and durable. */
export class MapWriter {
  readonly #hash = createHash('sha256');
  readonly #buffer = new Uint8Array(BUFFER_ENTRIES * ENTRY_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);
  #filled = 0;
  #written = 0;

  private constructor(
    private readonly storage: Storage,
    private readonly folder: string,
    private readonly path: string,
    private readonly file: StorageFile,
  ) {}

  static async open(storage: Storage, folder: string, name: string): Promise<MapWriter> {
    const path = join(folder, name);
    const file = await storage.open(`${path}.tmp`, 'create');
    await file.truncate(0);
    return new MapWriter(storage, folder, path, file);
  }

  /** `hash` has BLOCK_HASH_BYTES. */
  add(length: number, hash: Uint8Array): void {
    this.#view.setUint32(this.#filled, length, true);
    this.#buffer.set(hash, this.#filled + 4);
    this.#filled += ENTRY_BYTES;
  }

  /** To be called after few blocks: the buffer has room for 8192. */
  async flush(): Promise<void> {
    const part = this.#buffer.subarray(0, this.#filled);
    if (part.length === 0) return;
    this.#hash.update(part);
    await this.file.write(part, this.#written);
    this.#written += part.length;
    this.#filled = 0;
  }

  async finish(): Promise<void> {
    await this.flush();
    await this.file.write(this.#hash.digest(), this.#written);
    await this.file.sync();
    await this.file.close();
    await this.storage.rename(`${this.path}.tmp`, this.path);
    await this.storage.syncFolder(this.folder);
  }

  async abandon(): Promise<void> {
    await this.file.close();
    await removeFileDurably(this.storage, `${this.path}.tmp`);
  }
}
