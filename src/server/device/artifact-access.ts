/** Which gateway may download which image. */
import { hash } from 'node:crypto';
import { getPool } from '../db/client';
import { gatewayFromBasicAuth } from '../enrolment/verify-credential';

/** How long an answer stands without asking the database again. A download in ranges asks hundreds of times. */
const CACHE_MS = 5000;
const CACHE_ENTRIES = 20_000;

export type ArtifactAccess = 'granted' | 'unauthenticated' | 'unknown';

const granted = new Map<string, number>();

/** A job that names the image and runs or ended within a week, or a published release. */
const SQL = `
  SELECT EXISTS (SELECT 1 FROM "Job" WHERE "gatewayId" = $1::uuid AND "artifactSha256" = $2
    AND ("finishedAt" IS NULL OR "finishedAt" > now() - interval '7 days'))
  OR EXISTS (SELECT 1 FROM "Release" WHERE "artifactSha256" = $2 AND state = 'published') AS granted`;

/** Whether the Authorization header opens this image. Only a yes is remembered, by hash. */
export async function artifactAccess(authorization: string | undefined, sha256: string): Promise<ArtifactAccess> {
  if (authorization === undefined) return 'unauthenticated';
  const key = hash('sha256', `${authorization}\n${sha256}`, 'base64');
  const nowMs = Date.now();
  if ((granted.get(key) ?? 0) > nowMs) return 'granted';
  granted.delete(key);
  const gatewayId = await gatewayFromBasicAuth(authorization);
  if (gatewayId === null) return 'unauthenticated';
  const { rows } = await getPool().query<{ granted: boolean }>(SQL, [gatewayId, sha256]);
  if (rows[0]?.granted !== true) return 'unknown';
  granted.set(key, nowMs + CACHE_MS);
  // The oldest entry first: insertion order is age.
  if (granted.size > CACHE_ENTRIES) granted.delete(granted.keys().next().value as string);
  return 'granted';
}
