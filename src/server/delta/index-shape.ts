/** Which index an image gets, by its first bytes. */
import { BLOCKS_OF_4_KIB, CHUNKS_OF_8_KIB, type IndexShape } from './build-index';

/** Below this an index and its requests cost more than they save. */
const LEAST_BYTES = 64 * 1024;
/** An index for more would not fit into the memory that an agent gives to it. */
const MOST_BYTES = 4 * 2 ** 30;

const STARTS: [number[], string][] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
];
const SQUASHFS = [0x68, 0x73, 0x71, 0x73];

/** The shape, or why there is none. */
export function shapeOf(head: Uint8Array, sizeBytes: number): IndexShape | string {
  const begins = (bytes: number[]) => bytes.every((byte, at) => head[at] === byte);
  const compression = STARTS.find(([bytes]) => begins(bytes));
  if (compression) return `it is compressed with ${compression[1]}: gateways write it as it is, and nothing in it stays equal`;
  if (sizeBytes < LEAST_BYTES) return 'it is so small that fetching the whole is cheaper';
  if (sizeBytes > MOST_BYTES) return 'its index would not fit into the memory of a gateway';
  return begins(SQUASHFS) ? CHUNKS_OF_8_KIB : BLOCKS_OF_4_KIB;
}
