import { describe, expect, it } from 'vitest';
import { BLOCK_HASH_BYTES, indexFault } from '#/domain/delta/delta-index';
import { MAX_INDEX_BYTES } from '#/protocol/delta/index-layout';
import { BLOCKS_OF_4_KIB, CHUNKS_OF_8_KIB, type IndexShape } from './build-index';
import { shapeOf } from './index-shape';

const GIB = 2 ** 30;
const RAW = new Uint8Array(16);
const SQUASHFS = Uint8Array.of(0x68, 0x73, 0x71, 0x73);

describe('the shape of an index', () => {
  it('is fine up to 4 GiB', () => {
    for (const size of [64 * 1024, GIB, 4 * GIB]) {
      expect(shapeOf(RAW, size)).toEqual(BLOCKS_OF_4_KIB);
      expect(shapeOf(SQUASHFS, size)).toEqual(CHUNKS_OF_8_KIB);
    }
  });

  it('grows with the image, so that its index always fits the memory of a gateway', () => {
    expect(shapeOf(RAW, 4 * GIB + 1)).toMatchObject({ kind: 'blocks', blockBytes: 8192, groupBlocks: 4 });
    expect(shapeOf(SQUASHFS, 8 * GIB)).toMatchObject({ kind: 'chunks', minBytes: 4096, blockBytes: 16_384, maxBytes: 131_072 });
    for (const size of [4 * GIB, 4 * GIB + 1, 8 * GIB, 20 * GIB, 64 * GIB]) {
      expect(fault(shapeOf(RAW, size), size)).toBeNull();
      const { minBytes, maxBytes } = shapeOf(SQUASHFS, size) as IndexShape;
      // What an index may say at most (delta-index.ts).
      expect([minBytes >= 64, maxBytes <= 2 ** 20]).toEqual([true, true]);
    }
  });

  it('is none for what would save nothing', () => {
    expect(shapeOf(RAW, 64 * GIB + 1)).toMatch(/memory/);
    expect(shapeOf(RAW, 1000)).toMatch(/small/);
    expect(shapeOf(Uint8Array.of(0x1f, 0x8b, 8), GIB)).toMatch(/gzip/);
    expect(shapeOf(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), GIB)).toMatch(/zstd/);
  });
});

/** What is wrong with an index of this shape, of blocks that cannot be compressed. */
function fault(shape: IndexShape | string, contentBytes: number): string | null {
  if (typeof shape === 'string') return shape;
  const { kind, minBytes, blockBytes, maxBytes, groupBlocks } = shape;
  const count = Math.ceil(contentBytes / blockBytes);
  const groups = Math.ceil(count / groupBlocks);
  const groupBytes = new Uint32Array(groups).fill(blockBytes * groupBlocks);
  if (count * BLOCK_HASH_BYTES + groups * 4 > MAX_INDEX_BYTES) return 'it is too large';
  const [artifactSha256, contentSha256] = ['a'.repeat(64), 'a'.repeat(64)];
  const sizes = { kind, minBytes, blockBytes, maxBytes, groupBlocks, contentBytes, dataBytes: groups * blockBytes * groupBlocks };
  return indexFault({
    ...sizes,
    artifactSha256,
    contentSha256,
    hashes: new Uint8Array(count * BLOCK_HASH_BYTES),
    lengths: null,
    groupBytes,
  });
}
