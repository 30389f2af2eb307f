/** What lies in a raw disk image or a SquashFS: partitions, file systems, boot images, and what the root file system says. */
import { shownText, uuidText } from '#/domain/images/byte-fields';
import { ByteFields } from '#/domain/images/byte-fields';
import { readExtSuperblock } from '#/domain/images/ext-superblock';
import { openExtTree } from '#/domain/images/ext-tree';
import type { TreeNode } from '#/domain/images/file-tree';
import type { BootImageFacts, FileSystemFacts, ImageFacts, Partition, PartitionTable } from '#/domain/images/image-facts';
import { ImageRefused } from '#/domain/images/image-refused';
import { budgeted, type ImageSource, partOf, readUpTo } from '#/domain/images/image-source';
import { Malformed } from '#/domain/images/malformed';
import { NO_ROOTFS, type RootfsFacts, rootfsFacts } from '#/domain/images/rootfs-facts';
import { isSquashfs, readSquashfsSuperblock } from '#/domain/images/squashfs-superblock';
import { openSquashfsTree } from '#/domain/images/squashfs-tree';
import { decodeImageManifest, IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import { readBootImage } from './boot-image';
import { readGpt } from './gpt';
import { readMbr, SECTOR } from './mbr';
import { unpackBlock } from './unpack-block';

/** So many partitions are looked into. */
const MOST_LOOKED_INTO = 16;
/** Where a bootloader lies outside of partitions: before the first one, at most so far. */
const BOOT_AREA_BYTES = 8 * 1024 * 1024;
const U_BOOT = /U-Boot (?:SPL )?(20\d\d\.\d\d[\w.+-]*) \(/;

type Place = { startBytes: number; partition: number | null };
type Looked = { fileSystems: FileSystemFacts[]; bootImages: BootImageFacts[]; rootfs: RootfsFacts };
export type ContentFacts = Pick<ImageFacts, 'format' | 'partitionTable' | 'fileSystems' | 'bootImages' | 'bootloader' | 'manifest'> &
  RootfsFacts;

/** Reads the content. Throws ImageRefused when it is no image, or one that cannot be whole. */
export async function inspectContent(whole: ImageSource): Promise<ContentFacts> {
  const source = budgeted(whole);
  const head = await readUpTo(source, 0, IMAGE_MANIFEST_BYTES);
  if (isSquashfs(head)) return squashfsFacts(source);
  const manifest = decodeImageManifest(head);
  const gpt = await readGpt(source);
  const table: PartitionTable = gpt ?? (await readMbr(source)) ?? { kind: 'none', id: null, partitions: [], faults: [] };
  const looked: Looked = { fileSystems: [], bootImages: [], rootfs: { ...NO_ROOTFS } };
  if (table.kind === 'none') await lookInto(source, { startBytes: 0, partition: null }, looked);
  for (const partition of table.partitions.slice(0, MOST_LOOKED_INTO)) {
    const part = partOf(source, partition.startBytes, partition.sizeBytes);
    if (partition.startBytes > 0) await lookInto(part, { startBytes: partition.startBytes, partition: partition.number }, looked);
  }
  if (table.kind === 'none' && !manifest && looked.fileSystems.length === 0 && looked.bootImages.length === 0) {
    throw new ImageRefused('It is no disk image, SquashFS or tar archive: it has no partition table, file system, boot image or manifest.');
  }
  const faults = [...table.faults, ...looked.fileSystems.flatMap((one) => sizeFault(one, table.partitions, source.sizeBytes))];
  return {
    ...looked.rootfs,
    format: 'raw',
    partitionTable: { ...table, faults },
    fileSystems: looked.fileSystems,
    bootImages: looked.bootImages,
    bootloader: table.kind === 'none' ? null : await bootloaderOf(source, table.partitions),
    manifest: manifest ?? looked.rootfs.manifest,
  };
}

async function squashfsFacts(source: ImageSource): Promise<ContentFacts> {
  const looked: Looked = { fileSystems: [], bootImages: [], rootfs: { ...NO_ROOTFS } };
  await lookInto(source, { startBytes: 0, partition: null }, looked);
  const found = looked.fileSystems[0];
  if (!found) throw new ImageRefused('It begins as a SquashFS, but its superblock is damaged or not of version 4.0.');
  if (found.sizeBytes > source.sizeBytes) {
    throw new ImageRefused(`It is a SquashFS that is cut off: ${source.sizeBytes} of ${found.sizeBytes} bytes are there.`);
  }
  return { ...looked.rootfs, format: 'squashfs', partitionTable: null, fileSystems: [found], bootImages: [], bootloader: null };
}

/** What begins at this place is added to `looked`. What the first file system with an answer says counts. */
async function lookInto(part: ImageSource, place: Place, looked: Looked): Promise<void> {
  const squashfs = await readSquashfsSuperblock(part);
  const ext = squashfs ? null : await readExtSuperblock(part);
  if (squashfs || ext) {
    looked.fileSystems.push({ ...place, ...(squashfs ?? (ext as NonNullable<typeof ext>)).facts });
    const said = await rootfsOf(() =>
      squashfs ? openSquashfsTree(part, squashfs, unpackBlock) : openExtTree(part, ext as NonNullable<typeof ext>),
    );
    looked.rootfs.osRelease ??= said.osRelease;
    looked.rootfs.manifest ??= said.manifest;
    looked.rootfs.architecture ??= said.architecture;
    looked.rootfs.kernel ??= said.kernel;
    return;
  }
  const boot = await readBootImage(part);
  if (boot) looked.bootImages.push({ ...place, ...boot });
  else looked.fileSystems.push(...(await vfat(part)).map((facts) => ({ ...place, ...facts })));
}

async function rootfsOf(open: () => Promise<TreeNode>): Promise<RootfsFacts> {
  try {
    return await rootfsFacts(await open());
  } catch (error) {
    if (error instanceof Malformed) return NO_ROOTFS;
    throw error;
  }
}

/** A FAT is only named: nothing in it tells about the image. */
async function vfat(part: ImageSource): Promise<Omit<FileSystemFacts, 'startBytes' | 'partition'>[]> {
  const head = await readUpTo(part, 0, SECTOR);
  if (head.length < SECTOR || head[510] !== 0x55 || head[511] !== 0xaa) return [];
  const fields = new ByteFields(head);
  const is32 = fields.text(82, 8).startsWith('FAT32');
  if (!is32 && !/^FAT1[26]/.test(fields.text(54, 8))) return [];
  const blockBytes = fields.u16(11) * fields.u8(13);
  const sectors = fields.u16(19) || fields.u32(32);
  const label = shownText(fields.text(is32 ? 71 : 43, 11));
  const serial = uuidText(Uint8Array.from([...fields.slice(is32 ? 67 : 39, 4).toReversed(), ...new Uint8Array(12)]));
  const uuid = serial && `${serial.slice(0, 4)}-${serial.slice(4, 8)}`.toUpperCase();
  const sizeBytes = sectors * fields.u16(11);
  const named = { label: label === 'NO NAME' ? null : label, uuid, features: [is32 ? 'fat32' : 'fat16'] };
  return [{ kind: 'vfat', ...named, blockBytes, blockCount: null, sizeBytes, version: null, compression: null }];
}

function sizeFault(found: FileSystemFacts, partitions: Partition[], imageBytes: number): string[] {
  const partition = partitions.find(({ number }) => number === found.partition);
  const room = partition ? partition.sizeBytes : imageBytes;
  if (found.sizeBytes <= room) return [];
  return [
    `the ${found.kind} file system has ${found.sizeBytes} bytes, its ${partition ? `partition ${partition.number}` : 'image'} only ${room}`,
  ];
}

/** U-Boot's own words, where boards look for it: between the table and the first partition. */
async function bootloaderOf(source: ImageSource, partitions: Partition[]): Promise<string | null> {
  const end = Math.min(BOOT_AREA_BYTES, source.sizeBytes, ...partitions.map(({ startBytes }) => startBytes));
  const area = await readUpTo(source, SECTOR, end - SECTOR);
  const version = U_BOOT.exec(Buffer.from(area.buffer, area.byteOffset, area.byteLength).toString('latin1'))?.[1];
  return version ? `U-Boot ${version}` : null;
}
