/** What a compressed image in the store unpacks to, for a signature that may be over that. */
import { DomainError } from '#/domain/errors/domain-error';
import { compressionOf } from '#/domain/images/image-words';
import type { SignedBytes } from '#/trust/verify-image';
import { openUncompressed } from '#/unpack/open-uncompressed';
import type { OpenBlob } from '../artifacts/artifact-store';
import { getDb } from '../db/client';
import { contentOf } from '../jobs/slot-content';
import { inspectArtifact } from '../uploads/inspect-artifact';

/** Enough to see how it is compressed. */
const HEAD_BYTES = 16;

/**
 * null: it is not compressed, or no image of a slot. A text: why nobody knows what is in it. One that nobody has looked
 * into is looked into first: that has limits in time and memory, so that what is read here is known to end.
 */
export async function contentToVerify(sha256: string, blob: OpenBlob): Promise<SignedBytes | string | null> {
  if (compressionOf(await headOf(blob)) === 'none') return null;
  const find = () => getDb().artifact.findUniqueOrThrow({ where: { sha256 } });
  let artifact = await find();
  if (artifact.contentSha256 === null) {
    try {
      await inspectArtifact(sha256);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'INVALID_UPDATE_FILE') return error.message;
      throw error;
    }
    artifact = await find();
  }
  if (artifact.format === 'tar') return null;
  const { packed, sha256: contentSha256 } = contentOf(artifact);
  if (packed === undefined) return null;
  return { sha256: contentSha256, read: () => openUncompressed(blob.read(0, blob.sizeBytes - 1), packed.compression) };
}

async function headOf(blob: OpenBlob): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of blob.read(0, Math.min(HEAD_BYTES, blob.sizeBytes) - 1)) parts.push(part);
  return Buffer.concat(parts);
}
