/** Adds a detached signature to the image of a release, of whatever kind its bytes show. */
import { z } from 'zod';
import { releaseStateOf } from '#/domain/releases/release-machine';
import { DomainError } from '#/domain/errors/domain-error';
import { wireSignatureSchema } from '#/protocol/trust/keyring';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { getDb } from '../db/client';
import { type CheckedSignature, checkSignature } from '../trust/check-signature';
import { signatureKindOf } from '../uploads/signature-kind';

export const addSignatureSchema = z.object({
  releaseId: z.uuid(),
  /** Base64 of the file as it was made: OpenPGP, CMS, or signed check sums. */
  body: wireSignatureSchema.shape.body.min(1, 'The file is empty.'),
});

/** One that does not hold is kept with its verdict, and is no error. Throws NOT_FOUND, CONFLICT (withdrawn), PAYLOAD_TOO_LARGE. */
export async function addSignature(actor: Actor, input: z.infer<typeof addSignatureSchema>): Promise<CheckedSignature> {
  requireEverywhere(actor, 'release.write');
  const release = await getDb().release.findUnique({
    where: { id: input.releaseId },
    select: { version: true, state: true, artifactSha256: true },
  });
  if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.');
  if (releaseStateOf(release.state) === 'withdrawn')
    throw new DomainError('CONFLICT', `${release.version} is withdrawn.`, { version: release.version });
  const body = Buffer.from(input.body, 'base64');
  return checkSignature(actor, {
    artifactSha256: release.artifactSha256,
    kind: signatureKindOf(body),
    body,
    cameWith: { releaseId: input.releaseId },
  });
}
