/** Changes what a draft says; a published release is as it was published. */
import { z } from 'zod';
import { versionSortKey } from '#/domain/releases/version';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { lockRelease } from './lock-release';
import { noteRelease } from './note-release';
import { duplicateVersion, publishReleaseSchema, refuseDuplicate } from './publish-release';

export const updateDraftSchema = z.object({
  releaseId: z.uuid(),
  /** As it was read: somebody else's change in between is a CONFLICT. */
  revision: z.string().max(20),
  fields: publishReleaseSchema,
});

/** Throws NOT_FOUND and CONFLICT. */
export async function updateDraft(actor: Actor, input: z.input<typeof updateDraftSchema>): Promise<{ changed: string[] }> {
  requireEverywhere(actor, 'release.write');
  const { releaseId, revision, fields } = updateDraftSchema.parse(input);
  try {
    return await getDb().$transaction(async (tx) => {
      const { release } = await lockRelease(tx, releaseId, 'edit', revision);
      const before = release as Record<string, unknown>;
      const changed = Object.entries(fields).flatMap(([name, value]) =>
        JSON.stringify(before[name]) === JSON.stringify(value) ? [] : [name],
      );
      if (changed.length === 0) return { changed };
      const key = versionSortKey(fields.version);
      if (key !== release.versionSortKey) await refuseDuplicate(tx, key);
      await tx.release.update({ where: { id: releaseId }, data: { ...fields, versionSortKey: key } });
      await noteRelease(tx, actor, { releaseId, kind: 'edited', message: `changed ${changed.join(', ')}`, data: { fields: changed } });
      const data = { version: fields.version, fields: changed };
      await recordAudit(tx, actor, { name: 'release.edited', objectType: 'release', objectId: releaseId, data });
      return { changed };
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'P2002') throw duplicateVersion(fields.version);
    throw error;
  }
}
