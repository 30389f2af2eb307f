/**
 * Replaces a folder as a whole, so that after any power cut it is the old or the new one: the new one is written beside it
 * and synced, then two renames follow. Each function may be stopped anywhere and called again; which of them is due is for
 * the journal to say. `<folder>.fairlead-new` waits, `.fairlead-old` is the way back, `.fairlead-undone` was taken back.
 */
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../storage/atomic-file';
import type { Storage } from '../storage/storage';

/** In every folder that the agent made, so that an empty one exists as well. Snapshots leave it out. */
export const MARK_FILE = '.fairlead-restored';

const fresh = (folder: string) => `${folder}.fairlead-new`;
const former = (folder: string) => `${folder}.fairlead-old`;
const undone = (folder: string) => `${folder}.fairlead-undone`;

/** An empty folder beside the one in place, for what is to replace it. What is left of an earlier try is removed. */
export async function beginSwap(storage: Storage, folder: string, reason: string): Promise<string> {
  await clearSwap(storage, folder);
  if (!(await storage.hasFolder(folder))) await mark(storage, folder, 'there was none');
  await mark(storage, fresh(folder), reason);
  const attributes = await storage.attributesOf(folder);
  if (attributes !== null) await storage.setAttributes(fresh(folder), attributes);
  return fresh(folder);
}

/** Puts the waiting folder in place; nothing happens when none waits. */
export async function bringIn(storage: Storage, folder: string): Promise<void> {
  if (!(await storage.hasFolder(fresh(folder)))) return;
  if (!(await storage.hasFolder(former(folder)))) await move(storage, folder, former(folder));
  await move(storage, fresh(folder), folder);
}

/** Puts the former folder back; nothing happens when none was replaced. */
export async function putBack(storage: Storage, folder: string): Promise<void> {
  if (await storage.hasFolder(former(folder))) {
    if (await storage.hasFolder(folder)) {
      await storage.removeFolder(undone(folder));
      await move(storage, folder, undone(folder));
    }
    await move(storage, former(folder), folder);
  }
  await clearSwap(storage, folder);
}

/** Ends a swap for good: what is in place stays. A folder that a lost journal left away is put back. */
export async function clearSwap(storage: Storage, folder: string): Promise<void> {
  if (!(await storage.hasFolder(folder)) && (await storage.hasFolder(former(folder)))) await move(storage, former(folder), folder);
  for (const rest of [fresh(folder), former(folder), undone(folder)]) {
    if (!(await storage.hasFolder(rest))) continue;
    await storage.removeFolder(rest);
    await storage.syncFolder(dirname(rest));
  }
}

/** Whether one waits to be put in place. */
export function isWaiting(storage: Storage, folder: string): Promise<boolean> {
  return storage.hasFolder(fresh(folder));
}

/** Whether the former folder is still kept. */
export function isSwapped(storage: Storage, folder: string): Promise<boolean> {
  return storage.hasFolder(former(folder));
}

async function mark(storage: Storage, folder: string, text: string): Promise<void> {
  await storage.makeFolder(folder);
  await writeFileAtomic(storage, join(folder, MARK_FILE), new TextEncoder().encode(`${text}\n`));
}

async function move(storage: Storage, from: string, to: string): Promise<void> {
  await storage.rename(from, to);
  await storage.syncFolder(dirname(to));
}
