/** Cuts a stream of bytes into blocks or chunks, whatever the pieces are in which it comes. */
import { type ChunkSizes, createCutter } from './content-chunks';
import type { DeltaKind } from './delta-index';

export type BlockSplitter = {
  /** The blocks that are whole now. Each is a view that holds until the next call. */
  push(piece: Uint8Array): Uint8Array[];
  /** What is left when the stream has ended. */
  end(): Uint8Array[];
};

const ROOM_BYTES = 1_048_576;

export function createSplitter(kind: DeltaKind, sizes: ChunkSizes): BlockSplitter {
  const { blockBytes, maxBytes } = sizes;
  const cut = kind === 'chunks' ? createCutter(sizes) : (_: Uint8Array, start: number, end: number) => Math.min(blockBytes, end - start);
  let buffer = new Uint8Array(ROOM_BYTES + maxBytes);
  let [start, end] = [0, 0];
  const take = (least: number): Uint8Array[] => {
    const blocks: Uint8Array[] = [];
    while (end - start >= least && end > start) {
      const length = cut(buffer, start, end);
      blocks.push(buffer.subarray(start, start + length));
      start += length;
    }
    return blocks;
  };
  return {
    push(piece) {
      // What is left is less than a block: moving it costs little.
      if (end - start + piece.length > buffer.length) {
        const larger = new Uint8Array(end - start + piece.length + maxBytes);
        larger.set(buffer.subarray(start, end));
        buffer = larger;
      } else {
        buffer.copyWithin(0, start, end);
      }
      [start, end] = [0, end - start];
      buffer.set(piece, end);
      end += piece.length;
      return take(maxBytes);
    },
    end: () => take(1),
  };
}
