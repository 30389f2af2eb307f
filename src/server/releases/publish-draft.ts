import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { lockRing } from '../trust/lock-ring';
import { lockRelease } from './lock-release';
import { doorOf, noteRelease } from './note-release';
import { readinessOf } from './release-readiness';
import { requireSecondPerson } from './second-person';
import { signatureStateOf } from './signature-state';

export const publishDraftSchema = z.object({
  releaseId: z.uuid(),
  revision: z.string().max(20).optional(),
  /** The warnings of its readiness were read. */
  acceptWarnings: z.boolean().default(false),
});

/**
 * Offers a draft to the gateways of its channel; on stable somebody else than who brought it does (FORBIDDEN). Throws CONFLICT
 * with `missing` or `warnings` in its details.
 */
export async function publishDraft(actor: Actor, input: z.input<typeof publishDraftSchema>): Promise<{ version: string }> {
  requireEverywhere(actor, 'release.write');
  const { releaseId, revision, acceptWarnings } = publishDraftSchema.parse(input);
  return getDb().$transaction(async (tx) => {
    await lockRing(tx, 'read');
    const { release, next } = await lockRelease(tx, releaseId, 'publish', revision);
    requireSecondPerson(actor, release);
    const { missing, warnings } = await readinessOf(tx, release);
    if (missing.length > 0)
      throw new DomainError('CONFLICT', `${release.version} cannot be published yet. ${missing.join(' ')}`, { missing, warnings });
    if (warnings.length > 0 && !acceptWarnings)
      throw new DomainError('CONFLICT', `Before ${release.version} is published: ${warnings.join(' ')}`, { missing, warnings }, [
        'Publish it with these warnings accepted',
      ]);
    const signed = await signatureStateOf(tx, release.artifactSha256, { uploadId: release.uploadId, releaseId });
    await tx.release.update({ where: { id: releaseId }, data: { ...signed, state: next, releasedAt: new Date() } });
    const { version, channel, type, severity } = release;
    await noteRelease(tx, actor, {
      releaseId,
      kind: 'published',
      message: `published on ${channel}${warnings.length > 0 ? `, with accepted warnings: ${warnings.join(' ')}` : ''}`,
      data: { channel, ...signed, warnings, source: doorOf(actor) },
    });
    const data = { version, channel, type, severity, sha256: release.artifactSha256, sizeBytes: Number(release.artifact.sizeBytes) };
    await recordAudit(tx, actor, { name: 'release.published', objectType: 'release', objectId: releaseId, data });
    return { version };
  });
}
