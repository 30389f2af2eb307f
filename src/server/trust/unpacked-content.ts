/** What a compressed image in the store unpacks to, for a signature that may be over that. It is unpacked in a process of its own. */
import { DomainError } from '#/domain/errors/domain-error';
import { compressionOf } from '#/domain/images/image-words';
import type { SignatureVerdict } from '#/trust/verdict';
import { type BytesElsewhere, type SignatureAbout, verifyBytes } from '#/trust/verify-image';
import type { OpenBlob } from '../artifacts/artifact-store';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import type { PackedFile } from '../images/inspector-task';
import { looks } from '../images/looks';
import { verifyInWorker } from '../images/verify-in-worker';
import { contentOf } from '../jobs/slot-content';
import { inspectArtifact } from '../uploads/inspect-artifact';

/** Enough to see how it is compressed. */
const HEAD_BYTES = 16;
class BytesAsked extends Error {}

/**
 * null: it is not compressed, or no image of a slot. A text: why nobody knows what is in it. One that nobody has looked
 * into is looked into first: that says what it has to unpack to.
 */
export async function contentToVerify(sha256: string, blob: OpenBlob): Promise<BytesElsewhere | string | null> {
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
  const { packed, ...content } = contentOf(artifact);
  if (packed === undefined) return null;
  const { compression, sizeBytes } = packed;
  return {
    judge: async (about) =>
      (await withoutBytes(about, content.sha256)) ?? looks.pass(() => unpacked(sha256, { compression, sizeBytes, content }, about)),
  };
}

/** A list of sums that names the SHA-256 is judged by that; null: the bytes are needed. */
async function withoutBytes(about: SignatureAbout, sha256: string): Promise<SignatureVerdict | null> {
  if (about.kind !== 'sums') return null;
  const read = () => {
    throw new BytesAsked();
  };
  return verifyBytes(about, { sha256, read }).catch((error: unknown) => {
    if (error instanceof BytesAsked) return null;
    throw error;
  });
}

/** Throws NOT_FOUND, INSUFFICIENT_DISK_SPACE for an image of a bucket that has no room here, and as `verifyInWorker` does. */
async function unpacked(sha256: string, packed: Omit<PackedFile, 'path'>, about: SignatureAbout): Promise<SignatureVerdict> {
  const gone = new DomainError('NOT_FOUND', 'The image is not in the artifact store.', { sha256 });
  const file = await getArtifactStore().localFile(sha256);
  if (file === null) throw gone;
  try {
    return await verifyInWorker({ path: file.path, ...packed }, about);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? gone : error;
  } finally {
    await file.release();
  }
}

async function headOf(blob: OpenBlob): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of blob.read(0, Math.min(HEAD_BYTES, blob.sizeBytes) - 1)) parts.push(part);
  return Buffer.concat(parts);
}
