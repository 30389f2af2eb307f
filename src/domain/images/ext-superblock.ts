/** The superblock of an ext2, ext3 or ext4 file system. */
import { ByteFields, shownText, uuidText } from './byte-fields';
import type { FileSystemFacts } from './image-facts';
import { type ImageSource, readUpTo } from './image-source';
import { Malformed } from './malformed';

const COMPATIBLE = { 4: 'has_journal', 8: 'ext_attr', 16: 'resize_inode', 32: 'dir_index', 512: 'sparse_super2' };
const INCOMPATIBLE = {
  2: 'filetype',
  4: 'needs_recovery',
  8: 'journal_dev',
  16: 'meta_bg',
  64: 'extent',
  128: '64bit',
  512: 'flex_bg',
  8192: 'metadata_csum_seed',
  32768: 'inline_data',
  65536: 'encrypt',
};
const READ_ONLY = {
  1: 'sparse_super',
  2: 'large_file',
  8: 'huge_file',
  16: 'uninit_bg',
  32: 'dir_nlink',
  64: 'extra_isize',
  1024: 'metadata_csum',
  32768: 'verity',
};

export type ExtSuperblock = {
  facts: Omit<FileSystemFacts, 'startBytes' | 'partition'>;
  blockBytes: number;
  firstDataBlock: number;
  inodeCount: number;
  inodesPerGroup: number;
  inodeBytes: number;
  descriptorBytes: number;
};

/** The superblock of the file system that the source begins with; null when there is none. */
export async function readExtSuperblock(source: ImageSource): Promise<ExtSuperblock | null> {
  const bytes = await readUpTo(source, 1024, 1024);
  if (bytes.length < 1024 || bytes[56] !== 0x53 || bytes[57] !== 0xef) return null;
  const fields = new ByteFields(bytes);
  const logarithm = fields.u32(24);
  const revision = fields.u32(76);
  if (logarithm > 6 || revision > 1) return null;
  const blockBytes = 1024 << logarithm;
  const [compatible, incompatible, readOnly] = revision === 0 ? [0, 0, 0] : [fields.u32(92), fields.u32(96), fields.u32(100)];
  const is64bit = (incompatible & 0x80) !== 0;
  const inodeBytes = revision === 0 ? 128 : fields.u16(88);
  const descriptorBytes = is64bit ? fields.u16(254) : 32;
  const blockCount = fields.u32(4) + (is64bit ? fields.u32(0x150) * 2 ** 32 : 0);
  const sizeBytes = blockCount * blockBytes;
  const inodesPerGroup = fields.u32(40);
  const sound = inodeBytes >= 128 && inodeBytes <= blockBytes && descriptorBytes >= 32 && descriptorBytes <= 1024;
  if (!sound || inodesPerGroup === 0 || blockCount === 0 || !Number.isSafeInteger(sizeBytes)) return null;
  const features = [...named(compatible, COMPATIBLE), ...named(incompatible, INCOMPATIBLE), ...named(readOnly, READ_ONLY)];
  const kind = (incompatible & 0x2c0) !== 0 || (readOnly & 0x468) !== 0 ? 'ext4' : (compatible & 0x4) !== 0 ? 'ext3' : 'ext2';
  return {
    facts: {
      kind,
      label: shownText(fields.text(120, 16)),
      uuid: uuidText(fields.slice(104, 16)),
      blockBytes,
      blockCount,
      sizeBytes,
      features,
      version: null,
      compression: null,
    },
    blockBytes,
    firstDataBlock: fields.u32(20),
    inodeCount: fields.u32(0),
    inodesPerGroup,
    inodeBytes,
    descriptorBytes,
  };
}

/** Malformed when its files lie in ways that this room does not read. */
export function requireReadable(superblock: ExtSuperblock): void {
  const { features } = superblock.facts;
  for (const feature of ['journal_dev', 'meta_bg', 'encrypt']) if (features.includes(feature)) throw new Malformed(`uses ${feature}`);
}

function named(bits: number, names: Record<number, string>): string[] {
  return Object.entries(names)
    .filter(([bit]) => (bits & Number(bit)) !== 0)
    .map(([, name]) => name);
}
