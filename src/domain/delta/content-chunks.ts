/**
 * Cuts content where the content itself says so (FastCDC: a gear hash with two masks), so that an insertion moves the cuts
 * near it only. Deterministic: server and agent cut alike, or nothing is ever found to be equal.
 */

export type ChunkSizes = { minBytes: number /** A power of two. */; blockBytes: number; maxBytes: number };

/** Part of the format: other numbers would cut elsewhere. */
const GEAR = gearTable();

function gearTable(): Uint32Array {
  const table = new Uint32Array(256);
  // mulberry32: small, and the same everywhere.
  let state = 0x46_4c_44_31;
  for (let index = 0; index < table.length; index += 1) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    table[index] = mixed ^ (mixed >>> 14);
  }
  return table;
}

export type Cutter = (bytes: Uint8Array, start: number, end: number) => number;

/**
 * Gives the length of the chunk that begins at `start`. The bytes up to `end` have to be at least maxBytes, or all that is
 * left of the content.
 */
export function createCutter({ minBytes, blockBytes, maxBytes }: ChunkSizes): Cutter {
  const bits = Math.round(Math.log2(blockBytes));
  // Two bits harder before the aim and two easier after it: most chunks come close to the aim.
  const [hard, easy] = [highBits(bits + 2), highBits(bits - 2)];
  return (bytes, start, end) => {
    const most = Math.min(end, start + maxBytes);
    const aim = Math.min(most, start + blockBytes);
    let at = Math.min(most, start + minBytes);
    let gear = 0;
    for (; at < aim; at += 1) {
      gear = ((gear << 1) + (GEAR[bytes[at] as number] as number)) | 0;
      if ((gear & hard) === 0) return at + 1 - start;
    }
    for (; at < most; at += 1) {
      gear = ((gear << 1) + (GEAR[bytes[at] as number] as number)) | 0;
      if ((gear & easy) === 0) return at + 1 - start;
    }
    return most - start;
  };
}

/** The low bits of a gear hash know the last few bytes only; the high ones the last 32. */
function highBits(count: number): number {
  return count <= 0 ? 0 : (-1 << (32 - Math.min(31, count))) | 0;
}
