/** The superblock of a SquashFS 4.0 image. */
import { ByteFields } from './byte-fields';
import type { FileSystemFacts } from './image-facts';
import { type ImageSource, readUpTo } from './image-source';

const COMPRESSORS = { 1: 'gzip', 2: 'lzma', 3: 'lzo', 4: 'xz', 5: 'lz4', 6: 'zstd' } as const;
export type SquashfsCompressor = (typeof COMPRESSORS)[keyof typeof COMPRESSORS];

const FLAGS: Record<number, string> = {
  1: 'uncompressed_inodes',
  2: 'uncompressed_data',
  8: 'uncompressed_fragments',
  16: 'no_fragments',
  32: 'always_fragments',
  64: 'duplicates',
  128: 'exportable',
  512: 'no_xattrs',
  1024: 'compressor_options',
};

export type SquashfsSuperblock = {
  facts: Omit<FileSystemFacts, 'startBytes' | 'partition'>;
  compressor: SquashfsCompressor | null;
  blockBytes: number;
  rootInode: { block: number; offset: number };
  inodeTable: number;
  folderTable: number;
  fragmentTable: number;
  fragmentCount: number;
};

/** Whether the source begins as a SquashFS does. */
export function isSquashfs(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x68 && head[1] === 0x73 && head[2] === 0x71 && head[3] === 0x73;
}

/** The superblock; null when there is none or it holds nothing that makes sense. */
export async function readSquashfsSuperblock(source: ImageSource): Promise<SquashfsSuperblock | null> {
  const bytes = await readUpTo(source, 0, 96);
  if (bytes.length < 96 || !isSquashfs(bytes)) return null;
  const fields = new ByteFields(bytes);
  const blockBytes = fields.u32(12);
  const [major, minor] = [fields.u16(28), fields.u16(30)];
  if (major !== 4 || minor !== 0 || blockBytes < 4096 || blockBytes > 1024 * 1024 || blockBytes !== 2 ** fields.u16(22)) return null;
  const compressor = (COMPRESSORS as Record<number, SquashfsCompressor>)[fields.u16(20)] ?? null;
  const flags = fields.u16(24);
  // Tables that are not there are marked by a number that no image reaches.
  const place = (at: number) => (fields.u32(at + 4) > 0x1fffff ? Number.MAX_SAFE_INTEGER : fields.u64(at));
  const usedBytes = place(40);
  if (usedBytes < 96 || usedBytes === Number.MAX_SAFE_INTEGER) return null;
  return {
    facts: {
      kind: 'squashfs',
      label: null,
      uuid: null,
      blockBytes,
      blockCount: null,
      sizeBytes: usedBytes,
      features: Object.entries(FLAGS)
        .filter(([bit]) => (flags & Number(bit)) !== 0)
        .map(([, name]) => name),
      version: `${major}.${minor}`,
      compression: compressor,
    },
    compressor,
    blockBytes,
    rootInode: { block: fields.u32(34) + (fields.u16(38) % 2 ** 16) * 2 ** 32, offset: fields.u16(32) },
    inodeTable: place(64),
    folderTable: place(72),
    fragmentTable: place(80),
    fragmentCount: fields.u32(16),
  };
}
