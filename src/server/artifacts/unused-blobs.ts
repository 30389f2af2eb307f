/** Blobs that nothing in the database names any more. */
import { getDb, type Tx } from '../db/client';
import { getArtifactStore } from './get-store';

/** Every column that names a blob of the store. A new one belongs here, else its blobs are taken for unused. */
const NAMED = `
  SELECT EXISTS (SELECT 1 FROM "Artifact" WHERE sha256 = $1)
  OR EXISTS (SELECT 1 FROM "DeltaIndex" WHERE "indexSha256" = $1 OR "dataSha256" = $1)
  OR EXISTS (SELECT 1 FROM "DeltaPatch" WHERE "patchSha256" = $1)
  OR EXISTS (SELECT 1 FROM "Sbom" WHERE sha256 = $1)
  OR EXISTS (SELECT 1 FROM "DebugBundle" WHERE sha256 = $1 AND state = 'ready') AS named`;

/** One at a time per blob, until the transaction ends. */
export async function lockBlob(tx: Tx, sha256: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`artifact ${sha256}`}, 0))`;
}

/** Whether a row names it. Hold its lock. */
export async function isNamed(tx: Tx, sha256: string): Promise<boolean> {
  const [row] = await tx.$queryRawUnsafe<{ named: boolean }[]>(NAMED, sha256);
  return row?.named !== false;
}

/** Removes a blob from the store unless a row names it. Call it after the transaction that gave the blob up. */
export async function removeUnusedBlob(sha256: string): Promise<boolean> {
  return getDb().$transaction(async (tx) => {
    await lockBlob(tx, sha256);
    if (await isNamed(tx, sha256)) return false;
    await getArtifactStore().remove(sha256);
    return true;
  });
}
