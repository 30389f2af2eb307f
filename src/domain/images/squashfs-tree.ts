/** The folders and files of a SquashFS. */
import type { TreeNode } from './file-tree';
import type { ImageSource } from './image-source';
import { Malformed } from './malformed';
import { type MetadataReader, SquashfsBlocks, type UnpackBlock } from './squashfs-blocks';
import type { SquashfsSuperblock } from './squashfs-superblock';

const LARGEST_FOLDER = 4 * 1024 * 1024;
const LONGEST_TARGET = 4096;
const NO_FRAGMENT = 0xffffffff;

type FileBlocks = { start: number; size: number; fragment: number; fragmentOffset: number; sizeWords: MetadataReader };
type FolderPlace = { block: number; offset: number; size: number };

/** The root folder. */
export async function openSquashfsTree(source: ImageSource, superblock: SquashfsSuperblock, unpackBlock: UnpackBlock): Promise<TreeNode> {
  const blocks = new SquashfsBlocks(source, superblock, unpackBlock);
  return openInode(blocks, superblock.rootInode.block, superblock.rootInode.offset);
}

async function openInode(blocks: SquashfsBlocks, block: number, offset: number): Promise<TreeNode> {
  const reader = blocks.metadata(blocks.superblock.inodeTable + block, offset);
  switch ((await reader.take(16)).u16(0)) {
    case 1: {
      const inode = await reader.take(16);
      return folderNode(blocks, { block: inode.u32(0), size: inode.u16(8), offset: inode.u16(10) });
    }
    case 8: {
      const inode = await reader.take(24);
      return folderNode(blocks, { size: inode.u32(4), block: inode.u32(8), offset: inode.u16(18) });
    }
    case 2: {
      const inode = await reader.take(16);
      const place = { start: inode.u32(0), fragment: inode.u32(4), fragmentOffset: inode.u32(8), size: inode.u32(12) };
      return leaf('file', (most) => readFile(blocks, { ...place, sizeWords: reader }, most));
    }
    case 9: {
      const inode = await reader.take(40);
      const place = { start: inode.u64(0), size: inode.u64(8), fragment: inode.u32(28), fragmentOffset: inode.u32(32) };
      return leaf('file', (most) => readFile(blocks, { ...place, sizeWords: reader }, most));
    }
    case 3:
    case 10: {
      const size = (await reader.take(8)).u32(4);
      if (size > LONGEST_TARGET) throw new Malformed('a link is too long');
      const target = (await reader.take(size)).bytes;
      return leaf('link', async (most) => target.subarray(0, most));
    }
    default:
      return leaf('other', async () => new Uint8Array(0));
  }
}

function leaf(kind: 'file' | 'link' | 'other', read: TreeNode['read']): TreeNode {
  return { kind, read, find: async () => null, names: async () => [] };
}

function folderNode(blocks: SquashfsBlocks, place: FolderPlace): TreeNode {
  return {
    kind: 'folder',
    read: async () => new Uint8Array(0),
    async find(name) {
      for await (const entry of folderEntries(blocks, place)) if (entry.name === name) return openInode(blocks, entry.block, entry.offset);
      return null;
    },
    async names(most) {
      const names: string[] = [];
      for await (const { name } of folderEntries(blocks, place)) {
        names.push(name);
        if (names.length === most) break;
      }
      return names;
    },
  };
}

async function* folderEntries(blocks: SquashfsBlocks, place: FolderPlace): AsyncGenerator<{ name: string; block: number; offset: number }> {
  if (place.size > LARGEST_FOLDER) throw new Malformed('a folder is too large');
  const reader = blocks.metadata(blocks.superblock.folderTable + place.block, place.offset);
  // Three bytes are counted for "." and "..", which are not stored.
  for (let left = place.size - 3; left > 0; ) {
    const header = await reader.take(12);
    left -= 12;
    const count = header.u32(0) + 1;
    if (count > 256) throw new Malformed('a folder is damaged');
    for (let entry = 0; entry < count; entry += 1) {
      const head = await reader.take(8);
      const nameLength = head.u16(6) + 1;
      if (nameLength > 256) throw new Malformed('a name is too long');
      const name = new TextDecoder().decode((await reader.take(nameLength)).bytes);
      left -= 8 + nameLength;
      yield { name, block: header.u32(4), offset: head.u16(0) };
    }
  }
}

/** The first bytes of a file: whole blocks, and its end in a fragment that it shares with others. Once per node. */
async function readFile(blocks: SquashfsBlocks, file: FileBlocks, most: number): Promise<Uint8Array> {
  const { blockBytes } = blocks.superblock;
  const length = Math.min(most, file.size);
  const whole = file.fragment === NO_FRAGMENT ? Math.ceil(file.size / blockBytes) : Math.floor(file.size / blockBytes);
  const bytes = new Uint8Array(length);
  let position = file.start;
  let at = 0;
  for (let block = 0; block < whole && at < length; block += 1) {
    const sizeWord = (await file.sizeWords.take(4)).u32(0);
    const data = await blocks.data(position, sizeWord);
    const expected = Math.min(blockBytes, file.size - block * blockBytes);
    if (data.length < expected) throw new Malformed('a block is too short');
    bytes.set(data.subarray(0, Math.min(expected, length - at)), at);
    at += Math.min(expected, length - at);
    position += sizeWord & 0xffffff;
  }
  if (at === length) return bytes;
  const { position: where, sizeWord } = await blocks.fragment(file.fragment);
  const tail = (await blocks.data(where, sizeWord)).subarray(file.fragmentOffset, file.fragmentOffset + length - at);
  if (tail.length !== length - at) throw new Malformed('a fragment is too short');
  bytes.set(tail, at);
  return bytes;
}
