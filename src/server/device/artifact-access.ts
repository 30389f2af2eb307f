/** Which gateway may download which image, and how fast. */
import { hash } from 'node:crypto';
import { getPool } from '../db/client';
import { gatewayFromBasicAuth } from '../enrolment/verify-credential';
import { signedGateway } from './signed-path';

/** How long an answer stands without asking the database again. A download in ranges asks hundreds of times. */
const CACHE_MS = 5000;
const CACHE_ENTRIES = 20_000;

/** A gateway that reads; its limits and those of its site in bytes per second, null for none. */
export type ArtifactReader = { gatewayId: string; siteId: string; gatewayLimit: number | null; siteLimit: number | null };
export type ArtifactAccess = ArtifactReader | 'unauthenticated' | 'unknown';

const granted = new Map<string, { reader: ArtifactReader; untilMs: number }>();

/** A signed path, a job that names the image and runs or ended within a week, or a published release whose signature has not ended. */
const SQL = `
  SELECT g."siteId", g."downloadBytesPerSecond" AS "gatewayLimit", s."downloadBytesPerSecond" AS "siteLimit", $3::boolean
    OR EXISTS (SELECT 1 FROM "Job" WHERE "gatewayId" = $1::uuid AND "artifactSha256" = $2
      AND ("finishedAt" IS NULL OR "finishedAt" > now() - interval '7 days'))
    OR EXISTS (SELECT 1 FROM "Release" WHERE "artifactSha256" = $2 AND state = 'published' AND signature <> 'invalid') AS granted
  FROM "Gateway" g JOIN "Site" s ON s.id = g."siteId"
  WHERE g.id = $1::uuid AND g."enrolledAt" IS NOT NULL`;

type Row = { siteId: string; gatewayLimit: string | null; siteLimit: string | null; granted: boolean };

/** Whether the path's signature or the Authorization header opens this image. Only a yes is remembered, by hash. */
export async function artifactAccess(path: string, authorization: string | undefined, sha256: string): Promise<ArtifactAccess> {
  const signedFor = signedGateway(path, sha256);
  if (signedFor === null && authorization === undefined) return 'unauthenticated';
  const key = hash('sha256', `${signedFor ?? authorization}\n${signedFor !== null}\n${sha256}`, 'base64');
  const nowMs = Date.now();
  const known = granted.get(key);
  if (known && known.untilMs > nowMs) return known.reader;
  granted.delete(key);
  const gatewayId = signedFor ?? (await gatewayFromBasicAuth(authorization));
  if (gatewayId === null) return 'unauthenticated';
  const { rows } = await getPool().query<Row>(SQL, [gatewayId, sha256, signedFor !== null]);
  const row = rows[0];
  if (row?.granted !== true) return 'unknown';
  const reader = { gatewayId, siteId: row.siteId, gatewayLimit: limitOf(row.gatewayLimit), siteLimit: limitOf(row.siteLimit) };
  granted.set(key, { reader, untilMs: nowMs + CACHE_MS });
  // The oldest entry first: insertion order is age.
  if (granted.size > CACHE_ENTRIES) granted.delete(granted.keys().next().value as string);
  return reader;
}

/** The driver gives 64-bit numbers as text. */
function limitOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
