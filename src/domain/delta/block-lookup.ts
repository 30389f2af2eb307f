/** Finds blocks by hash: an open hash table in one typed array, because a Map of a million entries would take 100 MB. */
import { BLOCK_HASH_BYTES } from './delta-index';

export type BlockLookup = {
  /** The first block of the image with this hash, or -1. */
  first(bytes: Uint8Array, offset: number): number;
};

export function createBlockLookup(hashes: Uint8Array): BlockLookup {
  const count = hashes.length / BLOCK_HASH_BYTES;
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, count * 1.5)));
  const mask = slots - 1;
  /** Block number plus one; 0 is free. */
  const table = new Uint32Array(slots);
  // The hash is uniform already: its first four bytes are the place.
  const place = (bytes: Uint8Array, at: number) =>
    ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) &
    mask;
  const equal = (bytes: Uint8Array, at: number, block: number) => {
    const base = block * BLOCK_HASH_BYTES;
    for (let index = 0; index < BLOCK_HASH_BYTES; index += 1) if (bytes[at + index] !== hashes[base + index]) return false;
    return true;
  };
  const find = (bytes: Uint8Array, at: number): { slot: number; block: number } => {
    for (let slot = place(bytes, at); ; slot = (slot + 1) & mask) {
      const block = (table[slot] as number) - 1;
      if (block === -1 || equal(bytes, at, block)) return { slot, block };
    }
  };
  for (let block = 0; block < count; block += 1) {
    const { slot, block: found } = find(hashes, block * BLOCK_HASH_BYTES);
    if (found === -1) table[slot] = block + 1;
  }
  return { first: (bytes, offset) => find(bytes, offset).block };
}
