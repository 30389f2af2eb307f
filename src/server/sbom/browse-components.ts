/** The components of a release, by name, continued by key. */
import { z } from 'zod';
import { type Actor, requirePermission } from '../access/actor';
import { getDb } from '../db/client';
import { schemeOf, type VersionScheme } from './compare-component';

export const browseComponentsSchema = z.object({
  releaseId: z.uuid(),
  /** How the name begins. */
  text: z.string().trim().max(200).optional(),
  limit: z.number().int().min(1).max(500).default(100),
  cursor: z.object({ name: z.string().max(600), id: z.string().regex(/^\d{1,19}$/) }).nullish(),
});
export type ComponentRow = {
  id: string;
  name: string;
  version: string | null;
  type: string;
  purl: string | null;
  licenses: string[];
  /** How its versions are ordered; null: not known, so it cannot be compared. */
  scheme: VersionScheme | null;
};

export async function browseComponents(actor: Actor, input: z.infer<typeof browseComponentsSchema>) {
  requirePermission(actor, 'release.read', null);
  const { releaseId, text, limit, cursor } = input;
  const found = await getDb().sbomComponent.findMany({
    where: {
      AND: [
        { releaseId },
        text ? { nameKey: { startsWith: text.toLowerCase().replace(/[\\%_]/g, '\\$&') } } : {},
        cursor ? { OR: [{ nameKey: { gt: cursor.name } }, { nameKey: cursor.name, id: { gt: BigInt(cursor.id) } }] } : {},
      ],
    },
    orderBy: [{ nameKey: 'asc' }, { id: 'asc' }],
    take: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const rows = page.map(({ id, name, version, type, purl, licenses }): ComponentRow => {
    return { id: String(id), name, version, type, purl, licenses, scheme: schemeOf(purl) };
  });
  return { rows, nextCursor: found.length > limit && last ? { name: last.nameKey, id: String(last.id) } : null };
}
