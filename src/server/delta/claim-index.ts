/** Takes an image that has no index yet; of several controllers one gets it. Who dies over it is followed after a minute. */
import { getDb, getPool } from '../db/client';

export type ClaimedImage = { sha256: string; sizeBytes: number };

/** Tries of an image whose index could not be made. */
const MOST_ATTEMPTS = 3;

/** A compressed image waits until what is in it is known. `startedAt` is the last sign of life of who builds. */
const CLAIM = `
  INSERT INTO "DeltaIndex" ("artifactSha256", kind, state, attempts, "startedAt")
  SELECT a.sha256, 'blocks', 'building', 1, now() FROM "Artifact" a
  WHERE EXISTS (SELECT 1 FROM "Release" r WHERE r."artifactSha256" = a.sha256 AND r.state = 'published')
    AND ($2::text IS NULL OR a.sha256 = $2)
    AND (coalesce(a.compression, 'none') = 'none' OR a.facts IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM "DeltaIndex" d WHERE d."artifactSha256" = a.sha256
      AND (d.state IN ('ready', 'unsuited') OR d.attempts >= $1 AND d.state = 'failed' OR d."startedAt" > now() - interval '1 minute'))
  ORDER BY a."createdAt" DESC LIMIT 1
  ON CONFLICT ("artifactSha256") DO UPDATE SET state = 'building', attempts = "DeltaIndex".attempts + 1, "startedAt" = now()
    WHERE "DeltaIndex".state NOT IN ('ready', 'unsuited') AND "DeltaIndex"."startedAt" <= now() - interval '1 minute'
  RETURNING "artifactSha256" AS sha256, (SELECT a."sizeBytes" FROM "Artifact" a WHERE a.sha256 = "artifactSha256") AS size`;

/** The newest first. `only` is for tests, which share a database. */
export async function claimImage(only: string | null = null): Promise<ClaimedImage | null> {
  const { rows } = await getPool().query<{ sha256: string; size: string }>(CLAIM, [MOST_ATTEMPTS, only]);
  const [row] = rows;
  return row ? { sha256: row.sha256, sizeBytes: Number(row.size) } : null;
}

export async function stillBuilding(artifactSha256: string): Promise<void> {
  await getDb().deltaIndex.updateMany({ where: { artifactSha256, state: 'building' }, data: { startedAt: new Date() } });
}

/** Lets the next one begin at once: this one stops in order. */
export async function letGo(artifactSha256: string): Promise<void> {
  const data = { startedAt: new Date(0), attempts: { decrement: 1 } };
  await getDb().deltaIndex.updateMany({ where: { artifactSha256, state: 'building' }, data });
}
