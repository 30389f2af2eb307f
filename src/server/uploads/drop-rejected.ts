/** A rejected upload can be neither deployed nor made a release: its verdict is kept, its image is not. */
import { removeUnusedBlob, lockBlob } from '../artifacts/unused-blobs';
import { logger } from '../config/logger';
import { getDb, type Tx } from '../db/client';
import { lockRing } from '../trust/lock-ring';

const AT_ONCE = 100;

/** Before an upload is rejected: nobody brings, judges or publishes the same bytes until the transaction ends. */
export async function lockImage(tx: Tx, sha256: string): Promise<void> {
  // Signatures go with the image: whoever changes the ring looks at those that are there.
  await lockRing(tx, 'read');
  await lockBlob(tx, sha256);
}

/**
 * Takes the image from all uploads that were rejected, and its row away unless a release, a job, another upload or a delta needs
 * it; true: removeBlob is to be called once the transaction has ended. The caller has locked the image.
 */
export async function dropRejected(tx: Tx, sha256: string): Promise<boolean> {
  await tx.upload.updateMany({ where: { artifactSha256: sha256, state: 'rejected' }, data: { artifactSha256: null } });
  const deleted = await tx.$executeRaw`
    DELETE FROM "Artifact" a WHERE sha256 = ${sha256}
      AND NOT EXISTS (SELECT 1 FROM "Upload" WHERE "artifactSha256" = a.sha256)
      AND NOT EXISTS (SELECT 1 FROM "Release" WHERE "artifactSha256" = a.sha256)
      AND NOT EXISTS (SELECT 1 FROM "DeltaIndex" WHERE "artifactSha256" = a.sha256)
      AND NOT EXISTS (SELECT 1 FROM "DeltaPatch" WHERE a.sha256 IN ("fromSha256", "toSha256"))
      AND NOT EXISTS (SELECT 1 FROM "Job" WHERE "artifactSha256" = a.sha256)`;
  return deleted > 0;
}

/** A store that does not answer leaves the blob to the clean-up of what nothing names (remove-unnamed.ts). */
export async function removeBlob(sha256: string): Promise<void> {
  await removeUnusedBlob(sha256).catch((error: Error) =>
    logger.warn({ sha256, reason: error.message }, 'uploads: a rejected image could not be removed from the store yet'),
  );
}

/** Images of uploads that were rejected while their image was still kept: by an older version of this program. */
export async function dropAllRejected(): Promise<void> {
  const rows = await getDb().upload.findMany({
    where: { state: 'rejected', artifactSha256: { not: null } },
    distinct: ['artifactSha256'],
    select: { artifactSha256: true },
    take: AT_ONCE,
  });
  for (const { artifactSha256: sha256 } of rows) {
    if (sha256 === null) continue;
    const dropped = await getDb().$transaction(async (tx) => {
      await lockImage(tx, sha256);
      return dropRejected(tx, sha256);
    });
    if (dropped) await removeBlob(sha256);
  }
}
