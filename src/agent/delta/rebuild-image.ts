/**
 * Puts an image together in order, block by block: copied from a slot, repeated from what is there already, or fetched. It only
 * ever appends to the staged file, so a kill loses nothing, and the download of the whole image could go on where this stopped.
 */
import { createBlockLookup } from '#/domain/delta/block-lookup';
import { blockCountOf, blockOffsets, type DeltaIndex } from '#/domain/delta/delta-index';
import {
  createHave,
  DEFAULT_PLAN_LIMITS,
  type DeltaPlan,
  FETCHED,
  noteBlock,
  planDelta,
  REPEATED,
  SOURCE_0,
} from '#/domain/delta/plan-delta';
import type { PartFile } from '../download/part-file';
import type { StorageFile } from '../storage/storage';
import { hasHash } from './block-hash';
import type { RangeFetcher } from './fetch-range';
import { GroupReader } from './group-reader';
import { forgetMaps, type ScanDeps, type SlotContent, scanSlot } from './scan-slot';

/** Copied at a time. */
const RUN_BYTES = 262_144;
/** Blocks that turned out to be others than their slot's map says, before the slots are hashed anew. */
const MOST_REPAIRS = 64;

export type RebuildOrder = { index: DeltaIndex; dataUrl: string; contents: readonly SlotContent[] };
/** `reused` is told of bytes that were not fetched. */
export type RebuildDeps = ScanDeps & { fetcher: RangeFetcher; part: PartFile; reused(bytes: number): void };

/** The image is whole when it resolves, and its SHA-256 is still to be compared. */
export async function rebuildImage(deps: RebuildDeps, order: RebuildOrder, signal: AbortSignal, onProgress: () => void): Promise<void> {
  await forgetMaps(deps.storage, deps.folder, order.contents);
  const offsets = blockOffsets(order.index);
  for (const useMaps of [true, false]) {
    const plan = await planFrom(deps, order, offsets, useMaps, signal);
    const files = await Promise.all(order.contents.map(({ slot }) => deps.slots.openForRead(slot)));
    const groups = new GroupReader(order.index, offsets, plan.ranges, order.dataUrl, deps.fetcher);
    try {
      const rebuild = new Rebuild(order.index, offsets, plan, files, groups, deps, signal, onProgress);
      await rebuild.run(useMaps ? MOST_REPAIRS : Number.POSITIVE_INFINITY);
      if (deps.part.bytesDone === order.index.contentBytes) return;
    } finally {
      await groups.close();
      for (const file of files) await file.close();
    }
  }
}

async function planFrom(
  deps: RebuildDeps,
  { index, contents }: RebuildOrder,
  offsets: Float64Array,
  useMaps: boolean,
  signal: AbortSignal,
): Promise<DeltaPlan> {
  const staged = await keepGoodBlocks(deps.part, index, offsets, signal);
  const lookup = createBlockLookup(index.hashes);
  const have = createHave(blockCountOf(index));
  for (const [source, content] of contents.entries()) {
    await scanSlot(deps, content, index, useMaps, signal, (position, hashes, at) => {
      noteBlock(have, lookup, source, position, hashes, at);
    });
  }
  return planDelta(index, lookup, have, staged, DEFAULT_PLAN_LIMITS);
}

/** A power cut may have torn what is staged: the part before the first wrong block is kept. The number of its blocks. */
async function keepGoodBlocks(part: PartFile, index: DeltaIndex, offsets: Float64Array, signal: AbortSignal): Promise<number> {
  const buffer = new Uint8Array(Math.max(RUN_BYTES, index.maxBytes));
  const count = blockCountOf(index);
  let block = 0;
  for (let good = true; good && block < count && (offsets[block + 1] as number) <= part.bytesDone; ) {
    signal.throwIfAborted();
    const base = offsets[block] as number;
    const read = await part.read(buffer.subarray(0, Math.min(buffer.length, part.bytesDone - base)), base);
    for (; good && block < count && (offsets[block + 1] as number) - base <= read; block += good ? 1 : 0) {
      good = hasHash(buffer.subarray((offsets[block] as number) - base, (offsets[block + 1] as number) - base), index.hashes, block);
    }
  }
  await part.cutBack(offsets[block] as number, signal);
  return block;
}

class Rebuild {
  readonly #buffer: Uint8Array;
  #repairs = 0;

  constructor(
    private readonly index: DeltaIndex,
    private readonly offsets: Float64Array,
    private readonly plan: DeltaPlan,
    private readonly files: readonly StorageFile[],
    private readonly groups: GroupReader,
    private readonly deps: RebuildDeps,
    private readonly signal: AbortSignal,
    private readonly onProgress: () => void,
  ) {
    this.#buffer = new Uint8Array(Math.max(RUN_BYTES, index.maxBytes));
  }

  /** Stops early after too many blocks that were not what they were said to be. */
  async run(mostRepairs: number): Promise<void> {
    const { copies } = this.plan;
    let block = copies.length;
    for (let at = 0; at < copies.length; at += 1) {
      if ((this.offsets[at] as number) >= this.deps.part.bytesDone) {
        block = at;
        break;
      }
    }
    while (block < copies.length && this.#repairs <= mostRepairs) {
      this.signal.throwIfAborted();
      if (copies[block] === FETCHED) {
        await this.#append(await this.#fetched(block));
        block += 1;
      } else {
        block = await this.#copyRun(block);
      }
      this.onProgress();
    }
  }

  /** Blocks in a row that lie in a row where they come from; returns the one after them. */
  async #copyRun(first: number): Promise<number> {
    const { copies, positions } = this.plan;
    const how = copies[first] as number;
    const base = positions[first] as number;
    const start = this.offsets[first] as number;
    let last = first + 1;
    while (
      last < copies.length &&
      copies[last] === how &&
      (positions[last] as number) - base === (this.offsets[last] as number) - start &&
      (this.offsets[last + 1] as number) - start <= this.#buffer.length &&
      // What it repeats has to be there before it is read.
      (how !== REPEATED || base + (this.offsets[last + 1] as number) - start <= this.deps.part.bytesDone)
    ) {
      last += 1;
    }
    const bytes = this.#buffer.subarray(0, (this.offsets[last] as number) - start);
    const count = how === REPEATED ? await this.deps.part.read(bytes, base) : await this.files[how - SOURCE_0]?.read(bytes, base);
    let good = first;
    for (; good < last; good += 1) {
      const end = (this.offsets[good + 1] as number) - start;
      if (end > (count ?? 0) || !hasHash(bytes.subarray((this.offsets[good] as number) - start, end), this.index.hashes, good)) break;
    }
    const length = (this.offsets[good] as number) - start;
    await this.#append(bytes.subarray(0, length));
    this.deps.reused(length);
    if (good === last) return last;
    this.#repairs += 1;
    await this.#append(await this.#fetched(good));
    return good + 1;
  }

  async #fetched(block: number): Promise<Uint8Array> {
    const group = Math.floor(block / this.index.groupBlocks);
    const bytes = await this.groups.read(group);
    const base = this.offsets[group * this.index.groupBlocks] as number;
    return bytes.subarray((this.offsets[block] as number) - base, (this.offsets[block + 1] as number) - base);
  }

  async #append(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await this.deps.part.append(bytes);
  }
}
