import type { Prisma } from '../db/client';

/** The upload or the release that is asked about; neither: the image itself. */
export type CameWith = { uploadId?: string | null; releaseId?: string | null };

/**
 * The signatures of an image that count for this upload or release: those that came with it or for the image itself, and those
 * that have ever held, whoever brought them. What never held and came with somebody else's upload of the same bytes does not.
 */
export function countingSignatures(artifactSha256: string, { uploadId, releaseId }: CameWith) {
  return {
    artifactSha256,
    OR: [
      { uploadId: null, releaseId: null },
      { verifiedAt: { not: null } },
      ...(uploadId ? [{ uploadId }] : []),
      ...(releaseId ? [{ releaseId }] : []),
    ],
  } satisfies Prisma.ArtifactSignatureWhereInput;
}
