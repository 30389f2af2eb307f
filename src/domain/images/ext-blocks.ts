/** Where the bytes of an ext2/3/4 file lie: its extent tree or its block map. */
import { ByteFields } from './byte-fields';
import { type ImageSource, readExactly } from './image-source';
import { Malformed } from './malformed';

/** A run of blocks; start null: a hole, which reads as zeros. */
export type BlockRun = { start: number | null; count: number };
export type BlockMap = { source: ImageSource; blockBytes: number /** The 60 bytes in the inode. */; root: Uint8Array; extents: boolean };

const EXTENT_MAGIC = 0xf30a;
const DEEPEST = 5;

/** The run that holds this block of the file, from that block on. */
export async function runAt(map: BlockMap, block: number): Promise<BlockRun> {
  return map.extents ? extentAt(map, block) : mappedBlock(map, block);
}

async function extentAt({ source, blockBytes, root }: BlockMap, block: number): Promise<BlockRun> {
  let node = new ByteFields(root);
  for (let deepest = DEEPEST; ; ) {
    const count = node.u16(2);
    const depth = node.u16(6);
    if (node.u16(0) !== EXTENT_MAGIC || depth > deepest) throw new Malformed('an extent tree is damaged');
    // The last entry that begins at or before the block.
    let at = -1;
    for (let entry = 12; entry < 12 + 12 * count && node.u32(entry) <= block; entry += 12) at = entry;
    if (depth === 0) return leafRun(node, at, count, block);
    if (at === -1) return { start: null, count: 1 };
    const child = node.u32(at + 4) + node.u16(at + 8) * 2 ** 32;
    node = new ByteFields(await readExactly(source, child * blockBytes, blockBytes));
    deepest = depth - 1;
  }
}

function leafRun(node: ByteFields, at: number, count: number, block: number): BlockRun {
  if (at !== -1) {
    const into = block - node.u32(at);
    const raw = node.u16(at + 4);
    // Above 32768: given to the file, but never written.
    const length = raw > 32768 ? raw - 32768 : raw;
    if (into < length) {
      const start = node.u32(at + 8) + node.u16(at + 6) * 2 ** 32;
      return { start: raw > 32768 ? null : start + into, count: length - into };
    }
  }
  const next = at === -1 ? 12 : at + 12;
  return { start: null, count: next < 12 + 12 * count ? Math.max(1, node.u32(next) - block) : 1 };
}

/** Blocks 0 to 11 are named in the inode, the next by one block of numbers: as much as the files that we look at need. */
async function mappedBlock({ source, blockBytes, root }: BlockMap, block: number): Promise<BlockRun> {
  const numbers = new ByteFields(root);
  if (block < 12) return run(numbers.u32(block * 4));
  const perBlock = blockBytes / 4;
  const index = block - 12;
  if (index >= perBlock) throw new Malformed('a file is too long for this room');
  const table = numbers.u32(48);
  if (table === 0) return run(0);
  return run(new ByteFields(await readExactly(source, table * blockBytes + index * 4, 4)).u32(0));
}

const run = (number: number): BlockRun => ({ start: number === 0 ? null : number, count: 1 });
