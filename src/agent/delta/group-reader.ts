/** Gives the groups of a plan one after another from as few requests as it has ranges; any other group by a request of its own. */
import { zstdDecompressSync } from 'node:zlib';
import { type DeltaIndex, groupOffsets } from '#/domain/delta/delta-index';
import type { GroupRange } from '#/domain/delta/plan-delta';
import { leftBehind } from '../host/left-behind';
import { hasHash } from './block-hash';
import { DeltaError } from './delta-error';
import type { RangeFetcher } from './fetch-range';

type Open = { range: GroupRange; next: number; bytes: ByteQueue };

export class GroupReader {
  readonly #offsets: Float64Array;
  #open: Open | null = null;
  #kept: { group: number; bytes: Uint8Array } | null = null;

  constructor(
    private readonly index: DeltaIndex,
    private readonly blocks: Float64Array,
    private readonly ranges: readonly GroupRange[],
    private readonly url: string,
    private readonly fetcher: RangeFetcher,
  ) {
    this.#offsets = groupOffsets(index);
  }

  /** The uncompressed bytes of a group, each block compared with its hash. Throws DeltaError when they are damaged. */
  async read(group: number): Promise<Uint8Array> {
    if (this.#kept?.group !== group) {
      leftBehind(this.#kept?.bytes.length ?? 0);
      this.#kept = { group, bytes: this.#unpack(group, await this.#fetch(group)) };
    }
    return this.#kept.bytes;
  }

  async close(): Promise<void> {
    await this.#open?.bytes.close();
    this.#open = null;
  }

  async #fetch(group: number): Promise<Uint8Array> {
    const inside = (range: GroupRange) => range.first <= group && group <= range.last;
    if (this.#open === null || !inside(this.#open.range) || this.#open.next > group) {
      const range = this.ranges.find(inside);
      // Behind the place where the stream of its range is, or in no range: asked for alone.
      const alone = range === undefined || this.#open?.range === range;
      const [start, next] = [this.#offsets[group] as number, group];
      const end = alone ? (this.#offsets[group + 1] as number) - 1 : range.end;
      const bytes = new ByteQueue(this.fetcher.bytes(this.url, this.index.dataBytes, start, end));
      if (alone) {
        try {
          return await bytes.take(end - start + 1);
        } finally {
          await bytes.close();
        }
      }
      await this.close();
      this.#open = { range, next, bytes };
    }
    const open = this.#open;
    for (; open.next < group; open.next += 1) await open.bytes.take(this.index.groupBytes[open.next] as number);
    open.next += 1;
    return open.bytes.take(this.index.groupBytes[group] as number);
  }

  #unpack(group: number, packed: Uint8Array): Uint8Array {
    const { groupBlocks, hashes } = this.index;
    const first = group * groupBlocks;
    const last = Math.min(first + groupBlocks, this.blocks.length - 1);
    const base = this.blocks[first] as number;
    const size = (this.blocks[last] as number) - base;
    const bytes = packed.length === size ? packed : decompress(packed, size);
    if (bytes.length !== size) throw new DeltaError(`group ${group} of the delta is damaged`);
    for (let block = first; block < last; block += 1) {
      const content = bytes.subarray((this.blocks[block] as number) - base, (this.blocks[block + 1] as number) - base);
      if (!hasHash(content, hashes, block)) throw new DeltaError(`block ${block} of the delta is damaged`);
    }
    return bytes;
  }
}

function decompress(packed: Uint8Array, size: number): Uint8Array {
  try {
    // One buffer of the right size: the default would leave 64 KiB to the garbage collector for every group.
    return zstdDecompressSync(packed, { maxOutputLength: size, chunkSize: Math.max(64, size) });
  } catch {
    throw new DeltaError('a group of the delta cannot be decompressed');
  }
}

/** Takes exact numbers of bytes from a stream of pieces. */
class ByteQueue {
  #piece: Uint8Array = new Uint8Array(0);

  constructor(private readonly source: AsyncGenerator<Uint8Array, void>) {}

  async take(count: number): Promise<Uint8Array> {
    if (this.#piece.length >= count) return this.#cut(count);
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      if (this.#piece.length === 0) {
        const { done, value } = await this.source.next();
        if (done) throw new DeltaError('a range was shorter than it was asked for');
        this.#piece = value;
      }
      const part = this.#cut(Math.min(count - filled, this.#piece.length));
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.source.return();
  }

  #cut(count: number): Uint8Array {
    const part = this.#piece.subarray(0, count);
    this.#piece = this.#piece.subarray(count);
    return part;
  }
}
