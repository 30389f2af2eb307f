/** Sets a signature aside that never held: a wrong file must not stop a release for ever. One that has held stays, whatever became of its key. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { lockBlob } from '../artifacts/unused-blobs';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { countingSignatures } from '../trust/counting-signatures';
import { lockRing } from '../trust/lock-ring';
import { settleReleases } from '../trust/settle-releases';

export const dropSignatureSchema = z.object({ releaseId: z.uuid(), signatureId: z.uuid() });

/** Good but for its key: without it the image would only look unsigned. */
const OF_ENDED_KEYS: ReadonlySet<string> = new Set(['revoked', 'expired']);

export function maySetAside({ verifiedAt, verdict }: { verifiedAt: Date | null; verdict: string }): boolean {
  return verifiedAt === null && !OF_ENDED_KEYS.has(verdict);
}

/** Throws NOT_FOUND, and CONFLICT when it holds or has ever held. */
export async function dropSignature(actor: Actor, input: z.infer<typeof dropSignatureSchema>): Promise<void> {
  requireEverywhere(actor, 'release.write');
  const { releaseId, signatureId } = dropSignatureSchema.parse(input);
  await getDb().$transaction(async (tx) => {
    await lockRing(tx, 'read');
    const release = await tx.release.findUnique({ where: { id: releaseId }, select: { artifactSha256: true, uploadId: true } });
    if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.');
    const { artifactSha256, uploadId } = release;
    await lockBlob(tx, artifactSha256);
    const found = await tx.artifactSignature.findFirst({
      where: { ...countingSignatures(artifactSha256, { uploadId, releaseId }), id: signatureId },
    });
    if (!found) throw new DomainError('NOT_FOUND', 'This release has no such signature.');
    const { kind, verdict, keyFingerprint, reason } = found;
    if (!maySetAside(found)) {
      throw new DomainError('CONFLICT', 'This signature holds, has held, or is of a key that has ended: it stays.');
    }
    await tx.artifactSignature.delete({ where: { id: signatureId } });
    await settleReleases(tx, actor, [artifactSha256]);
    const data = { kind, verdict, keyFingerprint, reason };
    await recordAudit(tx, actor, { name: 'signature.set_aside', objectType: 'artifact', objectId: artifactSha256, data });
  });
}
