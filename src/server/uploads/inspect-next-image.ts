/** Looks into images of releases that nobody has looked into: of the seed, of the command line, of an older version of this program. */
import { DomainError } from '#/domain/errors/domain-error';
import { logger } from '../config/logger';
import { getDb } from '../db/client';
import { inspectArtifact } from './inspect-artifact';

/**
 * One image, the oldest first; false: there is none. The claim is the time of the look, so that two controllers do not take the
 * same one; what could not be read, or whose look was killed, is tried again a day later.
 */
export async function inspectNextImage(): Promise<boolean> {
  const [claimed] = await getDb().$queryRaw<{ sha256: string }[]>`
    UPDATE "Artifact" SET "inspectedAt" = now() WHERE sha256 = (
      SELECT a.sha256 FROM "Artifact" a
      WHERE a.facts IS NULL AND (a."inspectedAt" IS NULL OR a."inspectedAt" < now() - interval '1 day')
        AND EXISTS (SELECT 1 FROM "Release" r WHERE r."artifactSha256" = a.sha256)
      ORDER BY a."createdAt" LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING sha256`;
  if (!claimed) return false;
  const { sha256 } = claimed;
  try {
    await inspectArtifact(sha256);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'INSUFFICIENT_DISK_SPACE') await lookSooner(sha256);
    logger.warn({ sha256, reason: error.message }, 'controller: an image could not be looked into');
  }
  return true;
}

/** Room may be made at any time: ten minutes instead of a day. */
async function lookSooner(sha256: string): Promise<void> {
  await getDb().$executeRaw`
    UPDATE "Artifact" SET "inspectedAt" = now() - interval '1 day' + interval '10 minutes' WHERE sha256 = ${sha256} AND facts IS NULL`;
}
