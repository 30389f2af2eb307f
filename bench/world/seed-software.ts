/** Bills of materials at the scale of a fleet that is some years old: what the package search has to go through. */
import { getPool } from '#/server/db/client';

const PACKAGES_PER_RELEASE = 400;

/**
 * `releases` more releases that no gateway runs, and a bill of materials for each release there is: the same packages everywhere,
 * each a little newer in a newer release. Returns how many components there are.
 */
export async function seedSoftware(releases: number): Promise<number> {
  await getPool().query(
    `WITH image AS (
       INSERT INTO "Artifact" (sha256, "sizeBytes") SELECT encode(sha256(('software ' || n)::bytea), 'hex'), 1000 FROM generate_series(1, $1) n
       RETURNING sha256)
     INSERT INTO "Release" (id, version, "versionSortKey", channel, type, severity, description, "artifactSha256", "releasedAt")
     SELECT gen_random_uuid(), 'v3.' || row_number() OVER () || '.0', 'software ' || row_number() OVER (), 'stable', 'feature', 'normal', 'A release of the past',
       sha256, now() - interval '1 year' FROM image`,
    [releases],
  );
  await getPool().query(
    `INSERT INTO "Sbom" (id, "releaseId", format, "specVersion", sha256, "sizeBytes", "componentCount", uploader)
     SELECT gen_random_uuid(), id, 'cyclonedx', '1.5', "artifactSha256", 1000, $1, 'bench' FROM "Release"`,
    [PACKAGES_PER_RELEASE],
  );
  const { rowCount } = await getPool().query(
    `INSERT INTO "SbomComponent" ("releaseId", "nameKey", name, version, type, purl, licenses)
     SELECT r.id, 'package-' || n, 'package-' || n, '1:' || (r.place % 9) || '.' || n || '-' || r.place || '+deb12u1', 'library',
       'pkg:deb/debian/package-' || n || '@1', ARRAY['MIT']
     FROM (SELECT id, row_number() OVER (ORDER BY version) AS place FROM "Release") r, generate_series(1, $1) n`,
    [PACKAGES_PER_RELEASE],
  );
  await getPool().query('ANALYZE "Release", "Sbom", "SbomComponent"');
  return rowCount ?? 0;
}
