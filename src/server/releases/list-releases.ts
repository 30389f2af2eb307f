import { type Actor, requirePermission } from '../access/actor';
import { getDb } from '../db/client';

/** All releases, newest version first, withdrawn ones too. */
export async function listReleases(actor: Actor) {
  requirePermission(actor, 'release.read', null);
  const releases = await getDb().release.findMany({
    orderBy: { versionSortKey: 'desc' },
    include: { artifact: { select: { sizeBytes: true } } },
  });
  return releases.map(({ artifact, ...release }) => ({ ...release, sizeBytes: Number(artifact.sizeBytes) }));
}
