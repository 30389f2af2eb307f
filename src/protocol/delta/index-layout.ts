/**
 * The bytes of an index, little-endian: a head of 128 bytes, the lengths (chunks only, 4 bytes each), the bytes of each group
 * (4 bytes each), the block hashes. Nothing is compressed: hashes do not shrink, and the agent reads them where they lie.
 */
import { BLOCK_HASH_BYTES, type DeltaIndex, indexFault } from '#/domain/delta/delta-index';

const MAGIC = 'FLDELTA1';
const HEAD_BYTES = 128;
const KINDS = { blocks: 1, chunks: 2 } as const;
/** An index for 4 GiB in blocks of 4 KiB has 13 MB. Larger images have larger blocks: more would not fit the memory of an agent. */
export const MAX_INDEX_BYTES = 16 * 2 ** 20;

/** The bytes are no index, or one of another format. */
export class IndexFormatError extends Error {
  override readonly name = 'IndexFormatError';
}

export function encodeIndex(index: DeltaIndex): Uint8Array {
  const fault = indexFault(index);
  if (fault !== null) throw new RangeError(`not an index: ${fault}`);
  const count = index.hashes.length / BLOCK_HASH_BYTES;
  const lengths = index.lengths ?? new Uint32Array(0);
  const bytes = new Uint8Array(HEAD_BYTES + 4 * (lengths.length + index.groupBytes.length) + index.hashes.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint8(8, KINDS[index.kind]);
  view.setUint8(9, BLOCK_HASH_BYTES);
  const numbers = [index.blockBytes, index.minBytes, index.maxBytes, count, index.groupBlocks, index.groupBytes.length];
  for (const [at, number] of numbers.entries()) view.setUint32(12 + 4 * at, number, true);
  view.setBigUint64(40, BigInt(index.contentBytes), true);
  view.setBigUint64(48, BigInt(index.dataBytes), true);
  bytes.set(fromHex(index.artifactSha256), 56);
  bytes.set(fromHex(index.contentSha256), 88);
  let at = HEAD_BYTES;
  for (const list of [lengths, index.groupBytes]) for (const number of list) view.setUint32((at += 4) - 4, number, true);
  bytes.set(index.hashes, at);
  return bytes;
}

/** Reads an index without copying its hashes. Throws IndexFormatError for anything that does not hold together. */
export function decodeIndex(bytes: Uint8Array): DeltaIndex {
  if (bytes.length < HEAD_BYTES || new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC) throw new IndexFormatError('not an index');
  if (bytes.length > MAX_INDEX_BYTES) throw new IndexFormatError(`an index of ${bytes.length} bytes is too large`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = (Object.keys(KINDS) as (keyof typeof KINDS)[]).find((one) => KINDS[one] === view.getUint8(8));
  if (kind === undefined || view.getUint8(9) !== BLOCK_HASH_BYTES) throw new IndexFormatError('an index of another format');
  const number = (at: number) => view.getUint32(12 + 4 * at, true);
  const [count, groups] = [number(3), number(5)];
  const lengthCount = kind === 'chunks' ? count : 0;
  if (HEAD_BYTES + 4 * (lengthCount + groups) + count * BLOCK_HASH_BYTES !== bytes.length)
    throw new IndexFormatError('an index with a wrong length');
  const list = (from: number, size: number) => {
    const read = new Uint32Array(size);
    for (let at = 0; at < size; at += 1) read[at] = view.getUint32(from + 4 * at, true);
    return read;
  };
  const index: DeltaIndex = {
    kind,
    blockBytes: number(0),
    minBytes: number(1),
    maxBytes: number(2),
    contentBytes: Number(view.getBigUint64(40, true)),
    artifactSha256: toHex(bytes.subarray(56, 88)),
    contentSha256: toHex(bytes.subarray(88, 120)),
    hashes: bytes.subarray(bytes.length - count * BLOCK_HASH_BYTES),
    lengths: kind === 'chunks' ? list(HEAD_BYTES, count) : null,
    groupBlocks: number(4),
    groupBytes: list(HEAD_BYTES + 4 * lengthCount, groups),
    dataBytes: Number(view.getBigUint64(48, true)),
  };
  const fault = indexFault(index);
  if (fault !== null) throw new IndexFormatError(`a wrong index: ${fault}`);
  return index;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
