/** The GUID partition table (UEFI 2.10, chapter 5): both copies and their checksums. */
import { crc32 } from 'node:zlib';
import { ByteFields, shownText, uuidText } from '#/domain/images/byte-fields';
import type { Partition, PartitionTable } from '#/domain/images/image-facts';
import { type ImageSource, readUpTo } from '#/domain/images/image-source';
import { Malformed } from '#/domain/images/malformed';
import { placeFaults } from './place-faults';

const MOST_ENTRIES = 1024;
const LARGEST_ENTRY = 1024;
/** Bytes of a sector: of almost every medium, and of some new ones. */
const SECTORS = [512, 4096] as const;

type Header = {
  lba: number;
  other: number;
  first: number;
  last: number;
  id: string | null;
  table: number;
  count: number;
  size: number;
  crc: number;
};

/** The table, or null when the image has none. A damaged one is told with its faults. */
export async function readGpt(source: ImageSource): Promise<PartitionTable | null> {
  for (const sector of SECTORS) {
    const bytes = await readUpTo(source, sector, sector);
    if (bytes.length < sector || new ByteFields(bytes).text(0, 8) !== 'EFI PART') continue;
    return readTable(source, sector, bytes);
  }
  return null;
}

async function readTable(source: ImageSource, sector: number, bytes: Uint8Array): Promise<PartitionTable> {
  const faults: string[] = [];
  const empty = { kind: 'gpt' as const, id: null, partitions: [] };
  try {
    const primary = headerOf(bytes);
    if (!primary) return { ...empty, faults: ['the checksum of the partition table is wrong'] };
    if (primary.lba !== 1) faults.push('the partition table says that it lies elsewhere');
    const table = await readEntries(source, sector, primary);
    if (!table) return { ...empty, id: primary.id, faults: ['the checksum of the partition entries is wrong'] };
    const partitions = partitionsOf(table, primary, sector);
    faults.push(...(await backupFaults(source, sector, primary)), ...placeFaults(partitions, source.sizeBytes));
    for (const { number, startBytes, sizeBytes } of partitions) {
      if (sizeBytes <= 0) faults.push(`partition ${number} ends before it begins`);
      const usable = startBytes >= primary.first * sector && startBytes + sizeBytes <= (primary.last + 1) * sector;
      if (!usable) faults.push(`partition ${number} lies outside of the area for partitions`);
    }
    const inside = partitions.filter(({ sizeBytes }) => sizeBytes > 0);
    return { kind: 'gpt', id: primary.id, partitions: inside, faults: faults.slice(0, 20) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { ...empty, faults: ['the partition table is damaged'] };
  }
}

/** The header of this sector; null when its checksum is wrong. */
function headerOf(bytes: Uint8Array): Header | null {
  const fields = new ByteFields(bytes);
  const length = fields.u32(12);
  if (length < 92 || length > bytes.length) return null;
  const covered = new Uint8Array(bytes.subarray(0, length));
  covered.fill(0, 16, 20);
  if (crc32(covered) !== fields.u32(16)) return null;
  return {
    lba: fields.u64(24),
    other: fields.u64(32),
    first: fields.u64(40),
    last: fields.u64(48),
    id: guid(fields.slice(56, 16)),
    table: fields.u64(72),
    count: fields.u32(80),
    size: fields.u32(84),
    crc: fields.u32(88),
  };
}

/** The entries; null when their checksum is wrong. */
async function readEntries(source: ImageSource, sector: number, header: Header): Promise<Uint8Array | null> {
  if (header.count > MOST_ENTRIES || header.size < 128 || header.size > LARGEST_ENTRY) throw new Malformed('has impossible entries');
  const length = header.count * header.size;
  const bytes = await readUpTo(source, header.table * sector, length);
  return bytes.length === length && crc32(bytes) === header.crc ? bytes : null;
}

function partitionsOf(bytes: Uint8Array, header: Header, sector: number): Partition[] {
  const fields = new ByteFields(bytes);
  const partitions: Partition[] = [];
  for (let index = 0; index < header.count; index += 1) {
    const at = index * header.size;
    const type = fields.slice(at, 16).every((byte) => byte === 0) ? null : guid(fields.slice(at, 16));
    if (type === null) continue;
    const start = fields.u64(at + 32) * sector;
    const end = (fields.u64(at + 40) + 1) * sector;
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) throw new Malformed('a partition lies impossibly far');
    const name = shownText(new TextDecoder('utf-16le').decode(fields.slice(at + 56, 72)).split('\0')[0] as string);
    partitions.push({ number: index + 1, startBytes: start, sizeBytes: Math.max(0, end - start), type, name });
  }
  return partitions;
}

async function backupFaults(source: ImageSource, sector: number, primary: Header): Promise<string[]> {
  const bytes = await readUpTo(source, primary.other * sector, sector);
  if (bytes.length < sector) return ['the second partition table, at the end, is missing: the image is cut off'];
  const backup = new ByteFields(bytes).text(0, 8) === 'EFI PART' ? headerOf(bytes) : null;
  if (!backup || backup.lba !== primary.other || !(await readEntries(source, sector, backup)))
    return ['the second partition table is damaged'];
  return backup.crc === primary.crc && backup.id === primary.id ? [] : ['the two partition tables differ'];
}

/** A GUID as it is written: its first three parts are little-endian. */
function guid(bytes: Uint8Array): string | null {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return uuidText(Uint8Array.from(order, (index) => bytes[index] as number))?.toUpperCase() ?? null;
}
