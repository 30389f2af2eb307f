/** Whole files that are either the old or the new one after a crash, never a mixture. */
import { dirname } from 'node:path';
import type { Storage } from './storage';

/** tmp, write, fsync, rename, fsync of the folder: durable when it resolves, atomic at every instant before. */
export async function writeFileAtomic(storage: Storage, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await storage.open(temporary, 'create');
  try {
    // A temporary file of a crash before may be longer.
    await file.truncate(0);
    await file.write(bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await storage.rename(temporary, path);
  await storage.syncFolder(dirname(path));
}

/** The bytes of a file, or null when there is none. */
export async function readWholeFile(storage: Storage, path: string): Promise<Uint8Array | null> {
  if ((await storage.sizeOf(path)) === null) return null;
  const file = await storage.open(path, 'read');
  try {
    const bytes = new Uint8Array(await file.sizeBytes());
    const count = await file.read(bytes, 0);
    return bytes.subarray(0, count);
  } finally {
    await file.close();
  }
}

/** Removes a file so that it stays removed. */
export async function removeFileDurably(storage: Storage, path: string): Promise<void> {
  if ((await storage.sizeOf(path)) === null) return;
  await storage.remove(path);
  await storage.syncFolder(dirname(path));
}
