import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeIndex, encodeIndex, IndexFormatError } from '#/protocol/delta/index-layout';
import { createBlockLookup } from './block-lookup';
import { createCutter } from './content-chunks';
import { BLOCK_HASH_BYTES, blockCountOf, blockOffsets, type DeltaIndex, groupOffsets, indexFault } from './delta-index';
import { createHave, type DeltaPlan, FETCHED, noteBlock, planDelta, REPEATED, SOURCE_0, STAGED } from './plan-delta';

const SIZES = { minBytes: 64, blockBytes: 256, maxBytes: 1024 };
const SHA = 'ab'.repeat(32);
/** Images of few different pieces, so that blocks repeat and are shared between images. */
const image = fc
  .array(fc.tuple(fc.nat(5), fc.nat(300)), { minLength: 1, maxLength: 40 })
  .map((pieces) => Uint8Array.from(pieces.flatMap(([value, length]) => Array.from({ length }, (_, at) => (value === 5 ? at * 7 : value)))))
  .filter((bytes) => bytes.length > 0);

/** Not SHA-256: a function of the bytes does here, and node is no part of this room. */
function hashOf(bytes: Uint8Array): Uint8Array {
  const hash = new Uint8Array(BLOCK_HASH_BYTES);
  for (let at = 0; at < hash.length; at += 1) {
    let mixed = 2166136261 ^ (at * 0x9e3779b1) ^ bytes.length;
    for (const byte of bytes) mixed = Math.imul(mixed ^ byte, 16777619 + 2 * at);
    hash[at] = (mixed ^ (mixed >>> 15)) & 255;
  }
  return hash;
}

function cut(bytes: Uint8Array, kind: DeltaIndex['kind']): number[] {
  const cutter =
    kind === 'chunks' ? createCutter(SIZES) : (_: Uint8Array, start: number, end: number) => Math.min(SIZES.minBytes, end - start);
  const lengths: number[] = [];
  for (let at = 0; at < bytes.length; at += lengths.at(-1) as number) lengths.push(cutter(bytes, at, bytes.length));
  return lengths;
}

type Built = { index: DeltaIndex; data: Uint8Array };

/** Groups of blocks as they are: what compresses them is not looked at here. */
function build(bytes: Uint8Array, kind: DeltaIndex['kind'], groupBlocks: number): Built {
  const lengths = cut(bytes, kind);
  const hashes = new Uint8Array(lengths.length * BLOCK_HASH_BYTES);
  const groupBytes = new Uint32Array(Math.ceil(lengths.length / groupBlocks));
  let at = 0;
  for (const [block, length] of lengths.entries()) {
    hashes.set(hashOf(bytes.subarray(at, at + length)), block * BLOCK_HASH_BYTES);
    const group = Math.floor(block / groupBlocks);
    groupBytes[group] = (groupBytes[group] ?? 0) + length;
    at += length;
  }
  const size = SIZES.minBytes;
  const sizes = kind === 'chunks' ? SIZES : { minBytes: size, blockBytes: size, maxBytes: size };
  const known = { contentBytes: bytes.length, dataBytes: bytes.length, artifactSha256: SHA, contentSha256: SHA };
  return {
    index: { kind, ...sizes, ...known, hashes, lengths: kind === 'chunks' ? Uint32Array.from(lengths) : null, groupBlocks, groupBytes },
    data: bytes,
  };
}

function plan(index: DeltaIndex, sources: Uint8Array[], staged: number, gapBytes: number, maxRanges = 1000): DeltaPlan {
  const lookup = createBlockLookup(index.hashes);
  const have = createHave(blockCountOf(index));
  for (const [source, bytes] of sources.entries()) {
    let at = 0;
    for (const length of cut(bytes, index.kind)) {
      noteBlock(have, lookup, source, at, hashOf(bytes.subarray(at, at + length)), 0);
      at += length;
    }
  }
  return planDelta(index, lookup, have, staged, { gapBytes, maxRanges });
}

/** What an agent does, on arrays; throws when it would read what it does not have. */
function rebuild({ index, data }: Built, { copies, positions, ranges }: DeltaPlan, sources: Uint8Array[], old: Uint8Array): Uint8Array {
  const [offsets, groups] = [blockOffsets(index), groupOffsets(index)];
  const out = new Uint8Array(index.contentBytes);
  for (let block = 0; block < copies.length; block += 1) {
    const [start, end] = [offsets[block] as number, offsets[block + 1] as number];
    const from = (bytes: Uint8Array, at: number, limit: number) => {
      if (at < 0 || at + end - start > limit) throw new Error(`block ${block} reads ${at} of ${limit}`);
      out.set(bytes.subarray(at, at + end - start), start);
    };
    const how = copies[block] as number;
    if (how === STAGED) from(old, start, old.length);
    else if (how === REPEATED) from(out, positions[block] as number, start);
    else if (how >= SOURCE_0)
      from(sources[how - SOURCE_0] as Uint8Array, positions[block] as number, (sources[how - SOURCE_0] as Uint8Array).length);
    else {
      const group = Math.floor(block / index.groupBlocks);
      const range = ranges.find((one) => one.first <= group && group <= one.last);
      if (!range) throw new Error(`group ${group} is in no range`);
      expect(range.start).toBeLessThanOrEqual(groups[group] as number);
      expect(range.end).toBeGreaterThanOrEqual((groups[group + 1] as number) - 1);
      from(data, start, data.length);
    }
  }
  return out;
}

describe('delta', () => {
  it.each(['blocks', 'chunks'] as const)('of %s: the image comes back whatever the sources are, and nothing is read outside', (kind) => {
    const gap = fc.nat(2000);
    fc.assert(
      fc.property(
        image,
        fc.array(image, { maxLength: 2 }),
        fc.integer({ min: 1, max: 9 }),
        gap,
        fc.nat(60),
        (bytes, others, groupBlocks, gapBytes, skip) => {
          const built = build(bytes, kind, groupBlocks);
          expect(indexFault(built.index)).toBeNull();
          const staged = Math.min(skip, blockCountOf(built.index));
          // A source that shares a part with the image, moved.
          const sources = [...others, bytes.slice(Math.floor(bytes.length / 3))];
          const made = plan(built.index, sources, staged, gapBytes);
          expect(rebuild(built, made, sources, bytes)).toEqual(bytes);
          for (const range of made.ranges)
            expect(range.start >= 0 && range.start <= range.end && range.end < built.index.dataBytes).toBe(true);
          for (const [at, range] of made.ranges.entries())
            if (at > 0) expect(range.start - (made.ranges[at - 1]?.end ?? 0) - 1).toBeGreaterThan(gapBytes);
          const stagedBytes = blockOffsets(built.index)[staged] as number;
          expect(made.reusedBytes + made.newBytes + stagedBytes).toBe(bytes.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('fetches nothing when a source is the image, and each different block once when there is none', () => {
    fc.assert(
      fc.property(image, (bytes) => {
        const { index } = build(bytes, 'blocks', 1);
        expect(plan(index, [bytes], 0, 0)).toMatchObject({ ranges: [], fetchBytes: 0, newBytes: 0 });
        const nothing = plan(index, [], 0, 0);
        const distinct = new Set(
          Array.from({ length: blockCountOf(index) }, (_, block) => String(index.hashes.subarray(block * 12, block * 12 + 12))),
        );
        expect(nothing.copies.filter((how) => how === FETCHED)).toHaveLength(distinct.size);
      }),
      { numRuns: 100 },
    );
  });

  it('asks no more often than it may, by fetching gaps along', () => {
    const bytes = Uint8Array.from({ length: 64 * 200 }, (_, at) => (at * 31 + Math.floor(at / 64) * 17) % 251);
    const { index } = build(bytes, 'blocks', 1);
    const everyOther = Uint8Array.from(bytes.map((byte, at) => (Math.floor(at / 64) % 2 === 0 ? byte : 255)));
    const free = plan(index, [everyOther], 0, 0);
    expect(free.ranges.length).toBeGreaterThan(20);
    const limited = plan(index, [everyOther], 0, 0, 7);
    expect(limited.ranges.length).toBeLessThanOrEqual(7);
    expect(limited.fetchBytes).toBeGreaterThan(free.fetchBytes);
  });

  it('cuts alike before and behind an insertion', () => {
    const bytes = Uint8Array.from({ length: 60_000 }, (_, at) => (Math.imul(at, 2654435761) >>> 13) & 255);
    const changed = Uint8Array.from([...bytes.slice(0, 20_000), 1, 2, 3, ...bytes.slice(20_000)]);
    const { index } = build(changed, 'chunks', 1);
    expect(index.lengths?.length).toBeGreaterThan(60);
    const { newBytes } = plan(index, [bytes], 0, 0);
    expect(newBytes).toBeLessThan(4 * SIZES.maxBytes);
  });

  it('keeps to the sizes of a chunk', () => {
    fc.assert(
      fc.property(image, (bytes) => {
        const lengths = cut(bytes, 'chunks');
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(bytes.length);
        for (const [at, length] of lengths.entries()) {
          expect(length).toBeLessThanOrEqual(SIZES.maxBytes);
          if (at < lengths.length - 1) expect(length).toBeGreaterThanOrEqual(SIZES.minBytes);
        }
      }),
    );
  });
});

describe('the bytes of an index', () => {
  it.each(['blocks', 'chunks'] as const)('give the same index of %s', (kind) => {
    fc.assert(
      fc.property(image, fc.integer({ min: 1, max: 9 }), fc.nat(7), (bytes, groupBlocks, shift) => {
        const { index } = build(bytes, kind, groupBlocks);
        const encoded = encodeIndex(index);
        // At any place in memory, as a file's bytes may lie.
        const moved = new Uint8Array(encoded.length + shift).subarray(shift);
        moved.set(encoded);
        expect(decodeIndex(moved)).toEqual(index);
      }),
      { numRuns: 60 },
    );
  });

  it('that were damaged are refused, or still hold together', () => {
    const { index } = build(
      Uint8Array.from({ length: 5000 }, (_, at) => at % 256),
      'chunks',
      3,
    );
    const encoded = encodeIndex(index);
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(encoded.length), (at, flip, length) => {
        const damaged = encoded.slice();
        damaged[at] = (damaged[at] as number) ^ flip;
        for (const bytes of [damaged, damaged.subarray(0, length)]) {
          try {
            expect(indexFault(decodeIndex(bytes))).toBeNull();
          } catch (error) {
            expect(error).toBeInstanceOf(IndexFormatError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
