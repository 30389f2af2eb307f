/** The hashes of blocks: millions of them, so none leaves more than a short string to the garbage collector. */
import { hash } from 'node:crypto';
import { BLOCK_HASH_BYTES } from '#/domain/delta/delta-index';

/** Writes the hash of a block to `target`. */
export function writeHash(block: Uint8Array, target: Uint8Array): void {
  // A buffer for each would have memory outside of the heap, which is collected late.
  const digest = hash('sha256', block, 'binary');
  for (let at = 0; at < BLOCK_HASH_BYTES; at += 1) target[at] = digest.charCodeAt(at);
}

/** Whether the bytes are the block that the index names. */
export function hasHash(bytes: Uint8Array, hashes: Uint8Array, block: number): boolean {
  const digest = hash('sha256', bytes, 'binary');
  const base = block * BLOCK_HASH_BYTES;
  for (let at = 0; at < BLOCK_HASH_BYTES; at += 1) if (digest.charCodeAt(at) !== hashes[base + at]) return false;
  return true;
}
