/** Two releases side by side: fields, image, and what changed in their bills of materials. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { type ComponentDifference, differenceOf } from '#/domain/sbom/component-difference';
import { type Actor, requirePermission } from '../access/actor';
import { getDb } from '../db/client';

export const compareReleasesSchema = z.object({ fromId: z.uuid(), toId: z.uuid() });

const FIELDS = [
  'channel',
  'type',
  'severity',
  'state',
  'description',
  'signature',
  'signer',
  'hardware',
  'prerequisites',
  'changelog',
] as const;

export type ReleaseComparison = {
  from: { id: string; version: string; sizeBytes: number; sha256: string };
  to: { id: string; version: string; sizeBytes: number; sha256: string };
  sameImage: boolean;
  /** Only what differs; lists are joined by line breaks. */
  fields: { name: (typeof FIELDS)[number]; from: string | null; to: string | null }[];
  /** Null: one of the two has no bill of materials. */
  components: ComponentDifference | null;
  withoutSbom: string[];
};

export async function compareReleases(actor: Actor, input: z.infer<typeof compareReleasesSchema>): Promise<ReleaseComparison> {
  requirePermission(actor, 'release.read', null);
  const [from, to] = await Promise.all([readSide(input.fromId), readSide(input.toId)]);
  const text = (value: unknown) => (Array.isArray(value) ? value.join('\n') : ((value as string | null) ?? null));
  const fields = FIELDS.map((name) => ({ name, from: text(from.release[name]), to: text(to.release[name]) }));
  const withoutSbom = [from, to].filter(({ components }) => components === null).map(({ release }) => release.version);
  return {
    from: from.image,
    to: to.image,
    sameImage: from.image.sha256 === to.image.sha256,
    fields: fields.filter((field) => field.from !== field.to),
    components: from.components === null || to.components === null ? null : differenceOf(from.components, to.components),
    withoutSbom,
  };
}

async function readSide(id: string) {
  const db = getDb();
  const release = await db.release.findUnique({
    where: { id },
    include: { artifact: { select: { sizeBytes: true } }, _count: { select: { sboms: true } } },
  });
  if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.', { release_id: id });
  const components =
    release._count.sboms === 0
      ? null
      : await db.sbomComponent.findMany({ where: { releaseId: id }, orderBy: { id: 'asc' }, select: { name: true, version: true } });
  const image = { id, version: release.version, sizeBytes: Number(release.artifact.sizeBytes), sha256: release.artifactSha256 };
  return { release, components, image };
}
