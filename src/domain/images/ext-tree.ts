/** The folders and files of an ext2, ext3 or ext4 file system. */
import { ByteFields } from './byte-fields';
import { type BlockMap, runAt } from './ext-blocks';
import { type ExtSuperblock, requireReadable } from './ext-superblock';
import type { TreeNode } from './file-tree';
import { type ImageSource, readExactly } from './image-source';
import { Malformed } from './malformed';

const ROOT_INODE = 2;
const LARGEST_FOLDER = 4 * 1024 * 1024;
const KINDS: Record<number, TreeNode['kind']> = { 16384: 'folder', 32768: 'file', 40960: 'link' };
const FLAG_EXTENTS = 0x80000;
const FLAG_INLINE = 0x10000000;
const FLAG_ENCRYPTED = 0x800;

/** The root folder. Malformed when its files cannot be read here. */
export async function openExtTree(source: ImageSource, superblock: ExtSuperblock): Promise<TreeNode> {
  requireReadable(superblock);
  return openInode(source, superblock, ROOT_INODE);
}

async function openInode(source: ImageSource, superblock: ExtSuperblock, number: number): Promise<TreeNode> {
  const inode = new ByteFields(await readExactly(source, await inodePosition(source, superblock, number), 128));
  const kind = KINDS[inode.u16(0) & 0xf000] ?? 'other';
  const flags = inode.u32(32);
  if ((flags & FLAG_ENCRYPTED) !== 0) throw new Malformed('is encrypted');
  const size = inode.u32(4) + inode.u32(108) * 2 ** 32;
  const root = inode.slice(40, 60);
  const extents = (flags & FLAG_EXTENTS) !== 0;
  const map = { source, blockBytes: superblock.blockBytes, root, extents };
  const read = async (maxBytes: number): Promise<Uint8Array> => {
    const length = Math.min(maxBytes, size);
    const inInode = (flags & FLAG_INLINE) !== 0 || (kind === 'link' && !extents && size < 60);
    if (!inInode) return readFile(map, length);
    if (length > 60) throw new Malformed('a file lies partly in the attributes of its inode');
    return root.slice(0, length);
  };
  const entries = async () => {
    if (kind !== 'folder' || size > LARGEST_FOLDER || (flags & FLAG_INLINE) !== 0) throw new Malformed('is no folder that can be read');
    return folderEntries(await readFile(map, size), superblock.blockBytes);
  };
  return {
    kind,
    read,
    async find(name) {
      const wanted = new TextEncoder().encode(name);
      for (const entry of await entries()) if (sameBytes(entry.name, wanted)) return openInode(source, superblock, entry.inode);
      return null;
    },
    async names(most) {
      const names: string[] = [];
      for (const { name } of await entries()) {
        const text = new TextDecoder().decode(name);
        if (text !== '.' && text !== '..') names.push(text);
        if (names.length === most) break;
      }
      return names;
    },
  };
}

async function inodePosition(source: ImageSource, superblock: ExtSuperblock, number: number): Promise<number> {
  const { blockBytes, firstDataBlock, inodeCount, inodesPerGroup, inodeBytes, descriptorBytes } = superblock;
  if (number < 1 || number > inodeCount) throw new Malformed('an inode does not exist');
  const group = Math.floor((number - 1) / inodesPerGroup);
  const position = (firstDataBlock + 1) * blockBytes + group * descriptorBytes;
  const descriptor = new ByteFields(await readExactly(source, position, descriptorBytes));
  const table = descriptor.u32(8) + (descriptorBytes >= 64 ? descriptor.u32(0x28) * 2 ** 32 : 0);
  return table * blockBytes + ((number - 1) % inodesPerGroup) * inodeBytes;
}

async function readFile(map: BlockMap, length: number): Promise<Uint8Array> {
  const { source, blockBytes } = map;
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const run = await runAt(map, at / blockBytes);
    const count = Math.min(run.count * blockBytes, length - at);
    if (run.start !== null) bytes.set(await readExactly(source, run.start * blockBytes, count), at);
    at += count;
  }
  return bytes;
}

type FolderEntry = { inode: number; name: Uint8Array };

/** Entries of a folder. The blocks of a hashed index look like one empty entry each and drop out by themselves. */
function* folderEntries(bytes: Uint8Array, blockBytes: number): Generator<FolderEntry> {
  const fields = new ByteFields(bytes);
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = fields.u16(at + 4);
    const left = blockBytes - (at % blockBytes);
    // 64 KiB blocks write their whole length as 0 or 65535.
    const step = length === 0 || length === 65535 ? left : length;
    const nameLength = fields.u8(at + 6);
    if (step < 8 || step > left || 8 + nameLength > step) throw new Malformed('a folder is damaged');
    const inode = fields.u32(at);
    if (inode !== 0 && nameLength > 0) yield { inode, name: fields.slice(at + 8, nameLength) };
    at += step;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
