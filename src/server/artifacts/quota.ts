/** The quota of the whole store (ARTIFACT_QUOTA_BYTES): what is kept and what is coming, together. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '#/domain/errors/domain-error';
import { getEnv } from '../config/env';
import { incomingFolder } from './artifact-folder';
import type { BlobKeeper } from './artifact-store';

/** Counting a store takes a moment, and uploads come in bursts. */
const COUNT_AGAIN_MS = 5000;

let counted: { place: string; bytes: number; atMs: number } | null = null;

export type Room = { bytes: number; error(): DomainError };

/** How much may still come. Infinite without a quota. */
export async function roomLeft(keeper: BlobKeeper): Promise<Room> {
  const quota = getEnv().ARTIFACT_QUOTA_BYTES;
  if (quota === undefined) return { bytes: Number.POSITIVE_INFINITY, error: () => overQuota(0) };
  const used = (await blobBytes(keeper)) + (await incomingBytes());
  return { bytes: Math.max(0, quota - used), error: () => overQuota(quota) };
}

/** A blob that was just kept counts at once, in this process. */
export function countStored(sizeBytes: number): void {
  if (counted) counted.bytes += sizeBytes;
}

/** Room was made: it is there at once, in this process. */
export function countAgain(): void {
  counted = null;
}

/**
 * Once a file is whole: others that came at the same time have taken room as well. What is still written to is not counted, it asks
 * itself when it is whole; so of several that are too much together the first goes through.
 */
export async function requireStillRoom(keeper: BlobKeeper, path: string): Promise<void> {
  const quota = getEnv().ARTIFACT_QUOTA_BYTES;
  if (quota === undefined) return;
  const { mtimeMs } = await stat(path);
  if ((await blobBytes(keeper)) + (await incomingBytes(mtimeMs)) > quota) throw overQuota(quota);
}

async function blobBytes(keeper: BlobKeeper): Promise<number> {
  const nowMs = Date.now();
  if (counted?.place !== keeper.place || nowMs - counted.atMs > COUNT_AGAIN_MS) {
    counted = { place: keeper.place, bytes: await keeper.usedBytes(), atMs: nowMs };
  }
  return counted.bytes;
}

/** Resumable uploads were promised their room, whenever they go on. */
async function incomingBytes(writtenUntilMs: number = Number.POSITIVE_INFINITY): Promise<number> {
  const folder = incomingFolder();
  // A copy of what the store has will be no part of it.
  const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => !name.startsWith('copy-'));
  // While the store adopts a file it has two names.
  const sizes = new Map<number, number>();
  await Promise.all(
    names.map(async (name) => {
      const file = await stat(join(folder, name)).catch(() => null);
      if (file && (file.mtimeMs <= writtenUntilMs || name.startsWith('upload-'))) sizes.set(file.ino, file.size);
    }),
  );
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function overQuota(quota: number): DomainError {
  return new DomainError(
    'INSUFFICIENT_DISK_SPACE',
    `The artifact store may hold ${quota} bytes, and this is more than is left.`,
    { quota_bytes: quota },
    ['Raise ARTIFACT_QUOTA_BYTES', 'Give up uploads that are still coming: what is kept as a release or verified stays'],
  );
}
