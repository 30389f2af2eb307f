/** The partition table of a master boot record, with its chain of logical partitions. */
import { ByteFields } from '#/domain/images/byte-fields';
import type { Partition, PartitionTable } from '#/domain/images/image-facts';
import { type ImageSource, readUpTo } from '#/domain/images/image-source';
import { placeFaults } from './place-faults';

export const SECTOR = 512;
const MOST_LOGICAL = 60;
const EXTENDED = [0x05, 0x0f, 0x85];
export const PROTECTIVE = 0xee;

type Entry = { type: number; start: number; sectors: number };

/** Entries of a sector that is a partition table; null when it is none (also for the boot sector of a FAT). */
export function tableEntries(sector: Uint8Array): Entry[] | null {
  if (sector.length < SECTOR || sector[510] !== 0x55 || sector[511] !== 0xaa) return null;
  const fields = new ByteFields(sector);
  const entries: Entry[] = [];
  for (let at = 446; at < 510; at += 16) {
    if ((fields.u8(at) & 0x7f) !== 0) return null;
    entries.push({ type: fields.u8(at + 4), start: fields.u32(at + 8), sectors: fields.u32(at + 12) });
  }
  return entries;
}

/** The table, or null when the image has none. */
export async function readMbr(source: ImageSource): Promise<PartitionTable | null> {
  const sector = await readUpTo(source, 0, SECTOR);
  const entries = tableEntries(sector);
  if (!entries?.some(({ type, sectors }) => type !== 0 && sectors > 0)) return null;
  const partitions: Partition[] = [];
  const faults: string[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry.type === 0 || entry.sectors === 0) continue;
    if (EXTENDED.includes(entry.type)) {
      const logical = await logicalPartitions(source, entry);
      partitions.push(...logical.partitions);
      faults.push(...logical.faults);
      faults.push(...placeFaults([partitionOf(index + 1, entry, 0)], source.sizeBytes));
    } else partitions.push(partitionOf(index + 1, entry, 0));
  }
  const id = new ByteFields(sector).u32(440);
  faults.push(...placeFaults(partitions, source.sizeBytes));
  return { kind: 'mbr', id: id === 0 ? null : id.toString(16).padStart(8, '0'), partitions, faults };
}

/** Each link of the chain names one partition, from its own place, and the next link, from the place of the first. */
async function logicalPartitions(source: ImageSource, extended: Entry): Promise<{ partitions: Partition[]; faults: string[] }> {
  const partitions: Partition[] = [];
  const seen = new Set<number>();
  for (let sector = extended.start; !seen.has(sector) && seen.size < MOST_LOGICAL; ) {
    seen.add(sector);
    const entries = tableEntries(await readUpTo(source, sector * SECTOR, SECTOR));
    if (!entries) return { partitions, faults: ['the chain of logical partitions is broken'] };
    const [own, next] = entries as [Entry, Entry];
    if (own.type !== 0 && own.sectors > 0) partitions.push(partitionOf(5 + partitions.length, own, sector));
    if (next.type === 0 || next.sectors === 0) return { partitions, faults: [] };
    sector = extended.start + next.start;
  }
  return { partitions, faults: ['the chain of logical partitions goes round in circles'] };
}

function partitionOf(number: number, entry: Entry, base: number): Partition {
  const type = `0x${entry.type.toString(16).padStart(2, '0')}`;
  return { number, startBytes: (base + entry.start) * SECTOR, sizeBytes: entry.sectors * SECTOR, type, name: null };
}
