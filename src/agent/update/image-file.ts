/** The file that an image comes in, and what comes out of it: a compressed image is unpacked while it is written, never on the disk. */
import { ImageRefused } from '#/domain/images/image-refused';
import type { ImageCompression } from '#/domain/images/image-words';
import { IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import { openUncompressed } from '#/unpack/open-uncompressed';
import { partPath, removeStaged } from '../download/part-file';
import { leftBehind } from '../host/left-behind';
import type { JournalJob } from '../journal/journal-schema';
import type { Storage, StorageFile } from '../storage/storage';
import { StepFailure } from './engine-deps';

export type Order = JournalJob['order'];
type Staging = { storage: Storage; stagingFolder: string };
export type ImageFile = { sha256: string; sizeBytes: number; compression: ImageCompression };

const READ_BYTES = 262_144;

/** As the server has it. */
export function fileOf({ packed, sha256, sizeBytes }: Order): ImageFile {
  return packed ?? { sha256, sizeBytes, compression: 'none' };
}

/** What is staged: the file, or what it unpacks to where that was put together from blocks (delta/stage-image.ts). */
export async function stagedFile({ storage, stagingFolder }: Staging, order: Order): Promise<ImageFile> {
  const content = { sha256: order.sha256, sizeBytes: order.sizeBytes, compression: 'none' } as const;
  if (order.packed === undefined) return content;
  return (await storage.sizeOf(partPath(stagingFolder, content.sha256))) === null ? fileOf(order) : content;
}

/** Every name under which something of the image may be staged. */
export function stagedNames(order: Order): string[] {
  return [...new Set([order.sha256, fileOf(order).sha256])];
}

/** Removes what is staged of an image; whether there was anything. */
export async function removeStagedOf({ storage, stagingFolder }: Staging, order: Order): Promise<boolean> {
  let found = false;
  for (const name of stagedNames(order)) found = (await removeStaged(storage, stagingFolder, name)) || found;
  return found;
}

/** So many of `of` bytes, counted in bytes of the file: what progress counts from the first to the last phase. */
export function inFileBytes(order: Order, done: number, of = order.sizeBytes): number {
  const total = fileOf(order).sizeBytes;
  return Math.min(total, Math.floor((done / of) * total));
}

/** The first bytes of a file, in pieces; ends early with the file. `next` gives the buffer for each. */
export async function* piecesOf(
  file: StorageFile,
  sizeBytes: number,
  signal: AbortSignal,
  // One of its own each time: the reader may still hold the one before.
  next: () => Uint8Array = () => new Uint8Array(READ_BYTES),
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < sizeBytes; ) {
    signal.throwIfAborted();
    const buffer = next();
    const count = await file.read(buffer.subarray(0, Math.min(buffer.length, sizeBytes - done)), done);
    if (count === 0) return;
    done += count;
    yield buffer.subarray(0, count);
  }
}

/**
 * What the slot gets, in pieces that are good until the next one is asked for; of a compressed image they are good for ever. Throws
 * StepFailure for what cannot be unpacked, and for what unpacks to more than `limitBytes`.
 */
export async function* contentOf(
  file: StorageFile,
  image: ImageFile,
  { pieceBytes, limitBytes }: { pieceBytes: number; limitBytes: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (image.compression === 'none') {
    const buffer = new Uint8Array(Math.min(pieceBytes, image.sizeBytes));
    return yield* piecesOf(file, image.sizeBytes, signal, () => buffer);
  }
  try {
    let done = 0;
    for await (const piece of openUncompressed(piecesOf(file, image.sizeBytes, signal), image.compression)) {
      done += piece.length;
      if (done > limitBytes)
        throw new StepFailure('CHECKSUM_MISMATCH', `the image unpacks to more than the ${limitBytes} bytes of the order`);
      for (let at = 0; at < piece.length; at += pieceBytes) yield piece.subarray(at, at + pieceBytes);
      leftBehind(piece.length);
    }
  } catch (error) {
    if (!(error instanceof ImageRefused)) throw error;
    throw new StepFailure('INVALID_UPDATE_FILE', `the image cannot be unpacked: ${error.message}`);
  }
}

/** The bytes of the content in which an image tells of itself. */
export async function headOf(file: StorageFile, image: ImageFile, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of contentOf(file, image, { pieceBytes: IMAGE_MANIFEST_BYTES, limitBytes: Infinity }, signal)) {
    parts.push(piece.slice());
    length += piece.length;
    if (length >= IMAGE_MANIFEST_BYTES) break;
  }
  return new Uint8Array(Buffer.concat(parts)).subarray(0, IMAGE_MANIFEST_BYTES);
}
