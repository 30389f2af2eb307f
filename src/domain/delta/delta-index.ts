/**
 * The index of an image: which blocks it is made of, by hash, and where each group of them lies compressed in the data file.
 * It knows nothing of any other image, so it serves an update from every version to this one.
 */

/**
 * Bytes of SHA-256 that name a block. 96 bits: among 2^20 blocks here and 2^20 there (4 GiB each) two different ones are
 * taken for the same with a chance of 2^-56. This guards against accidents only. What guards against forgery is the whole
 * image's SHA-256, which is compared before anything is written; a collision would cost a download, never a wrong image.
 */
export const BLOCK_HASH_BYTES = 12;

export type DeltaKind = 'blocks' | 'chunks';

export type DeltaIndex = {
  /** blocks: all of blockBytes but the last. chunks: cut where the content says so (content-chunks.ts). */
  kind: DeltaKind;
  /** Size of a block; the aim of a chunk. */
  blockBytes: number;
  /** Bounds of a chunk; both are blockBytes for blocks. */
  minBytes: number;
  maxBytes: number;
  contentBytes: number;
  /** Of the file in the artifact store, and of the image once it is uncompressed: the same for an uncompressed one. */
  artifactSha256: string;
  contentSha256: string;
  /** blockCount × BLOCK_HASH_BYTES, in the order of the image. */
  hashes: Uint8Array;
  /** Only of chunks. */
  lengths: Uint32Array | null;
  /** So many blocks in a row are compressed together. */
  groupBlocks: number;
  /** Bytes of each group in the data file, in order; as many as uncompressed means that it is not compressed. */
  groupBytes: Uint32Array;
  dataBytes: number;
};

export function blockCountOf(index: DeltaIndex): number {
  return index.hashes.length / BLOCK_HASH_BYTES;
}

/** Where each block begins, and the end of the last one. */
export function blockOffsets(index: DeltaIndex): Float64Array {
  const count = blockCountOf(index);
  const offsets = new Float64Array(count + 1);
  for (let block = 0; block < count; block += 1) {
    offsets[block + 1] = (offsets[block] as number) + blockLength(index, block);
  }
  return offsets;
}

export function blockLength(index: DeltaIndex, block: number): number {
  if (index.lengths) return index.lengths[block] as number;
  return Math.min(index.blockBytes, index.contentBytes - block * index.blockBytes);
}

/** Where each group begins in the data file, and the end of the last one. */
export function groupOffsets(index: DeltaIndex): Float64Array {
  const offsets = new Float64Array(index.groupBytes.length + 1);
  for (let group = 0; group < index.groupBytes.length; group += 1) {
    offsets[group + 1] = (offsets[group] as number) + (index.groupBytes[group] as number);
  }
  return offsets;
}

/** What makes an index unusable; null when it holds together. */
export function indexFault(index: DeltaIndex): string | null {
  const { blockBytes, minBytes, maxBytes, contentBytes, lengths, groupBytes, groupBlocks } = index;
  const count = blockCountOf(index);
  if (!(blockBytes >= 64 && minBytes >= 64 && minBytes <= blockBytes && blockBytes <= maxBytes && maxBytes <= MAX_BLOCK_BYTES)) {
    return 'its block sizes make no sense';
  }
  if (!Number.isInteger(count) || count < 1) return 'it has no blocks';
  if (!(groupBlocks >= 1 && groupBlocks * maxBytes <= MAX_GROUP_BYTES)) return 'its groups are too large';
  if (groupBytes.length !== Math.ceil(count / groupBlocks)) return 'it has the wrong number of groups';
  if (groupBytes.reduce((sum, bytes) => sum + bytes, 0) !== index.dataBytes) return 'its groups do not fill the data file';
  if (lengths === null) return Math.ceil(contentBytes / blockBytes) === count ? null : 'its blocks do not fill the image';
  if (lengths.length !== count || lengths.some((length) => length < 1 || length > maxBytes)) return 'a chunk has an impossible length';
  return lengths.reduce((sum, length) => sum + length, 0) === contentBytes ? null : 'its chunks do not fill the image';
}

const MAX_BLOCK_BYTES = 1_048_576;
/** The most that an agent has in memory of one group. */
const MAX_GROUP_BYTES = 4_194_304;
