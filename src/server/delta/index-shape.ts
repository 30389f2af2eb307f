/** Which index an image gets, by its first bytes. */
import { BLOCKS_OF_4_KIB, CHUNKS_OF_8_KIB, type IndexShape } from './build-index';

/** Below this an index and its requests cost more than they save. */
const LEAST_BYTES = 64 * 1024;
/** The index of a larger image would not fit into the memory that an agent gives to it, so its blocks are larger. */
const FINEST_BYTES = 4 * 2 ** 30;
/** Sixteen times the blocks: the largest chunk has a mebibyte then, which is the most that an index may say. */
const MOST_BYTES = 16 * FINEST_BYTES;

const STARTS: [number[], string][] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
];
const SQUASHFS = [0x68, 0x73, 0x71, 0x73];

/** The shape for what a slot is to hold, or why there is none: of a compressed image that is what it unpacks to. */
export function shapeOf(head: Uint8Array, sizeBytes: number): IndexShape | string {
  const begins = (bytes: number[]) => bytes.every((byte, at) => head[at] === byte);
  const compression = STARTS.find(([bytes]) => begins(bytes));
  if (compression) return `it is compressed with ${compression[1]} and no image of a slot: nothing in it stays equal`;
  if (sizeBytes < LEAST_BYTES) return 'it is so small that fetching the whole is cheaper';
  if (sizeBytes > MOST_BYTES) return 'its index would not fit into the memory of a gateway';
  return coarser(begins(SQUASHFS) ? CHUNKS_OF_8_KIB : BLOCKS_OF_4_KIB, sizeBytes);
}

/** Blocks twice, four times, … as large, so that there are no more of them than in an image of 4 GiB. */
function coarser(shape: IndexShape, sizeBytes: number): IndexShape {
  const factor = 2 ** Math.max(0, Math.ceil(Math.log2(sizeBytes / FINEST_BYTES)));
  const { minBytes, blockBytes, maxBytes } = shape;
  return { ...shape, minBytes: minBytes * factor, blockBytes: blockBytes * factor, maxBytes: maxBytes * factor };
}
