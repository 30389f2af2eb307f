/** Blobs that came into the store for a row that was never written: their program was killed in between. */
import { getDb } from '../db/client';
import { getArtifactStore } from './get-store';
import { isNamed, lockBlob } from './unused-blobs';

/** Longer than anything takes between keeping a blob and naming it: an index of a large image takes an hour. */
const NAMED_WITHIN_MS = 24 * 3_600_000;
const AT_ONCE = 100;

/**
 * Looks once at each blob that was kept more than a day ago, and removes from the store what no row names. Only at blobs that
 * this installation has kept: a bucket may hold what belongs to others. Returns how many were removed.
 */
export async function removeUnnamed(nowMs: number = Date.now()): Promise<number> {
  const before = new Date(nowMs - NAMED_WITHIN_MS);
  let removed = 0;
  for (;;) {
    const notes = await getDb().keptBlob.findMany({ where: { startedAt: { lt: before } }, orderBy: { startedAt: 'asc' }, take: AT_ONCE });
    for (const { sha256 } of notes) if (await lookAt(sha256, before)) removed += 1;
    if (notes.length < AT_ONCE) return removed;
  }
}

async function lookAt(sha256: string, before: Date): Promise<boolean> {
  return getDb().$transaction(async (tx) => {
    await lockBlob(tx, sha256);
    // Who keeps it again at this moment waits for this row, and then stores it anew.
    const { count } = await tx.keptBlob.deleteMany({ where: { sha256, startedAt: { lt: before } } });
    if (count === 0 || (await isNamed(tx, sha256))) return false;
    await getArtifactStore().remove(sha256);
    return true;
  });
}
