/** A draft of a release from an image that was uploaded and judged: nobody is offered it yet. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { versionSortKey } from '#/domain/releases/version';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { lockBlob } from '../artifacts/unused-blobs';
import { lockRing } from '../trust/lock-ring';
import { noteRelease } from './note-release';
import { duplicateVersion, publishReleaseSchema, refuseDuplicate } from './publish-release';
import { signatureStateOf } from './signature-state';

export const createDraftSchema = publishReleaseSchema.extend({ uploadId: z.uuid() });

/** Who uploaded the image is who brought it, whoever makes the draft. Throws NOT_FOUND, INVALID_UPDATE_FILE, CONFLICT. */
export async function createDraft(actor: Actor, input: z.input<typeof createDraftSchema>): Promise<{ releaseId: string }> {
  requireEverywhere(actor, 'release.write');
  const { uploadId, ...fields } = createDraftSchema.parse(input);
  const key = versionSortKey(fields.version);
  try {
    return await getDb().$transaction(async (tx) => {
      await lockRing(tx, 'read');
      const upload = await tx.upload.findUnique({ where: { id: uploadId } });
      if (!upload) throw new DomainError('NOT_FOUND', 'There is no such upload.');
      if (upload.state !== 'verified' || upload.artifactSha256 === null)
        throw new DomainError('INVALID_UPDATE_FILE', `This upload is ${upload.state}; only a verified image becomes a release.`, {
          upload_id: uploadId,
          state: upload.state,
        });
      await refuseDuplicate(tx, key);
      const sha256 = upload.artifactSha256;
      await lockBlob(tx, sha256);
      const { id } = await tx.release.create({
        data: {
          ...fields,
          ...(await signatureStateOf(tx, sha256, { uploadId })),
          versionSortKey: key,
          artifactSha256: sha256,
          state: 'draft',
          releasedAt: new Date(),
          uploadId,
          uploaderId: upload.ownerId,
          uploader: upload.owner,
        },
        select: { id: true },
      });
      const source = (upload.metadata as { source?: unknown } | null)?.source;
      await noteRelease(tx, actor, {
        releaseId: id,
        kind: 'uploaded',
        message: `draft of ${upload.fileName}, which ${upload.owner} uploaded`,
        data: { uploadId, fileName: upload.fileName, uploader: upload.owner, source: source === 'rest' ? 'rest' : 'web', sha256 },
      });
      const data = { version: fields.version, sha256, uploadId };
      await recordAudit(tx, actor, { name: 'release.drafted', objectType: 'release', objectId: id, data });
      return { releaseId: id };
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'P2002') throw duplicateVersion(fields.version);
    throw error;
  }
}
