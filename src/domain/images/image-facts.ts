/** What an image says of itself (Artifact.facts). What cannot be known is null: nothing here is ever guessed. */
import { z } from 'zod';
import { imageManifestSchema } from '../releases/image-manifest';
import { IMAGE_COMPRESSIONS, IMAGE_FORMATS } from './image-words';
import { osReleaseSchema } from './os-release';

const bytes = z.number().int().min(0);
const text = z.string().max(500);

export const partitionSchema = z.object({
  /** As the table numbers it, from 1. */
  number: z.number().int().min(1),
  startBytes: bytes,
  sizeBytes: bytes,
  /** MBR: such as 0x83. GPT: the type's GUID. */
  type: text,
  name: text.nullable(),
});
export type Partition = z.infer<typeof partitionSchema>;

export const partitionTableSchema = z.object({
  kind: z.enum(['mbr', 'gpt', 'none']),
  id: text.nullable(),
  partitions: z.array(partitionSchema),
  /** Sentences that say why the layout is not valid; empty: it is. */
  faults: z.array(text),
});
export type PartitionTable = z.infer<typeof partitionTableSchema>;

/** Where a thing lies: at which byte of the content, and in which partition (null: in none). */
const place = { startBytes: bytes, partition: z.number().int().nullable() };

export const fileSystemSchema = z.object({
  ...place,
  kind: z.enum(['ext2', 'ext3', 'ext4', 'squashfs', 'vfat']),
  label: text.nullable(),
  uuid: text.nullable(),
  blockBytes: bytes,
  blockCount: bytes.nullable(),
  /** Of the file system, which may be less than its partition. */
  sizeBytes: bytes,
  features: z.array(text),
  /** Of a SquashFS: its version and what its blocks are compressed with. */
  version: text.nullable(),
  compression: text.nullable(),
});
export type FileSystemFacts = z.infer<typeof fileSystemSchema>;

export const bootImageSchema = z.object({
  ...place,
  kind: z.enum(['fit', 'uimage', 'arm64', 'zimage', 'bzimage']),
  description: text.nullable(),
  architecture: text.nullable(),
  kernel: text.nullable(),
});
export type BootImageFacts = z.infer<typeof bootImageSchema>;

export const imageFactsSchema = z.object({
  format: z.enum(IMAGE_FORMATS),
  compression: z.enum(IMAGE_COMPRESSIONS),
  /** Of the file as it was given. */
  sizeBytes: bytes,
  /** Of the image once it is uncompressed. */
  contentSizeBytes: bytes,
  /** Null when the file is not compressed and was not read from end to end: then it is the SHA-256 of the file. */
  contentSha256: z.string().nullable(),
  /** Of a raw image. */
  partitionTable: partitionTableSchema.nullable(),
  fileSystems: z.array(fileSystemSchema),
  bootImages: z.array(bootImageSchema),
  /** Of a tar. */
  entryCount: z.number().int().nullable(),
  osRelease: osReleaseSchema.nullable(),
  manifest: imageManifestSchema.nullable(),
  /** Which release it says that it is: from the manifest only. */
  version: text.nullable(),
  kernel: text.nullable(),
  buildId: text.nullable(),
  architecture: text.nullable(),
  bootloader: text.nullable(),
  /** Hardware revisions that it runs on; null: it does not say. */
  hardware: z.array(text).nullable(),
  minimumHardware: text.nullable(),
  /** The oldest version that it can be installed over. */
  fromVersion: text.nullable(),
});
export type ImageFacts = z.infer<typeof imageFactsSchema>;

/** Whether the layout is valid: inside the image, without overlap, checksums right. Null: there is no table to judge (SquashFS, tar). */
export function layoutValid(facts: ImageFacts): boolean | null {
  return facts.partitionTable === null ? null : facts.partitionTable.faults.length === 0;
}
