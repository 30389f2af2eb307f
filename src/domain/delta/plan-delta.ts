/** What is copied from where and which byte ranges of the data file are fetched. Pure; a million blocks in some 20 MB. */
import type { BlockLookup } from './block-lookup';
import { BLOCK_HASH_BYTES, blockCountOf, blockOffsets, type DeltaIndex, groupOffsets } from './delta-index';

/** Where a block comes from; a number of 3 and above is a source that the caller knows (SOURCE_0 + n). */
export const FETCHED = 0;
/** The block is there already: an earlier life of the download has staged it. */
export const STAGED = 1;
/** An equal block stands further ahead in the same image and is staged by then. */
export const REPEATED = 2;
export const SOURCE_0 = 3;

/** Blocks that were found: for the first of equal blocks, the source and the position in it. */
export type Have = { source: Uint8Array; position: Float64Array };

export function createHave(blockCount: number): Have {
  return { source: new Uint8Array(blockCount), position: new Float64Array(blockCount) };
}

/** Notes a block of a source; true when the image needs it and nobody had it yet. */
export function noteBlock(have: Have, lookup: BlockLookup, source: number, position: number, hashes: Uint8Array, at: number): boolean {
  const block = lookup.first(hashes, at);
  if (block === -1 || have.source[block] !== FETCHED) return false;
  have.source[block] = SOURCE_0 + source;
  have.position[block] = position;
  return true;
}

/** Groups `first` to `last` by one request for the bytes `start` to `end`, both inclusive. */
export type GroupRange = { first: number; last: number; start: number; end: number };

export type DeltaPlan = {
  /** Per block: FETCHED, STAGED, REPEATED or SOURCE_0 + n. */
  copies: Uint8Array;
  /** Per block: where it begins in what it is copied from. */
  positions: Float64Array;
  ranges: GroupRange[];
  /** Bytes of all ranges. */
  fetchBytes: number;
  /** Bytes of the image that are copied, and those that come with the ranges. */
  reusedBytes: number;
  newBytes: number;
};

export type PlanLimits = {
  /** A gap up to this is fetched along rather than asked around. */
  gapBytes: number;
  /** The gap grows until there are no more requests than this. */
  maxRanges: number;
};
export const DEFAULT_PLAN_LIMITS: PlanLimits = { gapBytes: 4096, maxRanges: 1500 };

/** The first `stagedBlocks` of the image are there already. `have` is used up: it becomes a part of the plan. */
export function planDelta(index: DeltaIndex, lookup: BlockLookup, have: Have, stagedBlocks: number, limits: PlanLimits): DeltaPlan {
  const count = blockCountOf(index);
  const offsets = blockOffsets(index);
  const { source: copies, position: positions } = have;
  const needed = new Uint8Array(index.groupBytes.length);
  let [reusedBytes, newBytes] = [0, 0];
  // From the back: a block that repeats an earlier one looks at that one's entry before it may become STAGED.
  for (let block = count - 1; block >= 0; block -= 1) {
    const length = (offsets[block + 1] as number) - (offsets[block] as number);
    if (block < stagedBlocks) {
      copies[block] = STAGED;
      continue;
    }
    const first = lookup.first(index.hashes, block * BLOCK_HASH_BYTES);
    if (first !== block) {
      const found = copies[first] as number;
      const elsewhere = found >= SOURCE_0 && first >= stagedBlocks;
      copies[block] = elsewhere ? found : REPEATED;
      positions[block] = (elsewhere ? positions[first] : offsets[first]) as number;
    }
    if (copies[block] === FETCHED) {
      needed[Math.floor(block / index.groupBlocks)] = 1;
      newBytes += length;
    } else {
      reusedBytes += length;
    }
  }
  const ranges = coalesce(needed, groupOffsets(index), limits);
  const fetchBytes = ranges.reduce((sum, range) => sum + range.end - range.start + 1, 0);
  return { copies, positions, ranges, fetchBytes, reusedBytes, newBytes };
}

/** Joins the ranges of the needed groups: neighbours always, others when the gap is small. */
function coalesce(needed: Uint8Array, offsets: Float64Array, { gapBytes, maxRanges }: PlanLimits): GroupRange[] {
  for (let gap = gapBytes; ; gap = Math.max(1024, gap * 2)) {
    const ranges = joined(needed, offsets, gap, maxRanges);
    if (ranges !== null) return ranges;
  }
}

/** Null when there would be more than the limit. */
function joined(needed: Uint8Array, offsets: Float64Array, gap: number, maxRanges: number): GroupRange[] | null {
  const ranges: GroupRange[] = [];
  for (let group = needed.indexOf(1); group !== -1; group = needed.indexOf(1, group + 1)) {
    const [start, end] = [offsets[group] as number, (offsets[group + 1] as number) - 1];
    const last = ranges.at(-1);
    if (last && start - last.end - 1 <= gap) {
      last.last = group;
      last.end = end;
    } else {
      if (ranges.length >= Math.max(1, maxRanges)) return null;
      ranges.push({ first: group, last: group, start, end });
    }
  }
  return ranges;
}
