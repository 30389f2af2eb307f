/** What a slot is to hold of an artifact: the image itself, or what the agent unpacks it to. */
import { DomainError } from '#/domain/errors/domain-error';
import type { CommandBody } from '#/protocol/mqtt/commands';
import type { Artifact } from '../db/generated/client';

type Deploy = Extract<CommandBody, { name: 'job.deploy' }>;
export type SlotContent = Pick<Deploy, 'sha256' | 'sizeBytes' | 'packed'>;

export const TAR_IS_NO_SLOT = 'A tar package holds files and no file system, so no partition can be started from it';

/**
 * Throws INVALID_UPDATE_FILE for a tar package. SYSTEM_BUSY for a compressed image that nobody has looked into yet: until then nobody
 * knows what must come out of it.
 */
export function contentOf(artifact: Artifact): SlotContent {
  if (artifact.format === 'tar') {
    throw new DomainError('INVALID_UPDATE_FILE', `${TAR_IS_NO_SLOT}.`, { sha256: artifact.sha256 }, [
      'Upload the image of the partition that was made from it: SquashFS, or a raw .img',
    ]);
  }
  const file = { sha256: artifact.sha256, sizeBytes: Number(artifact.sizeBytes) };
  const compression = (['gzip', 'xz', 'zstd'] as const).find((one) => one === artifact.compression);
  if (compression === undefined) return file;
  const { contentSha256: sha256, contentSizeBytes } = artifact;
  if (sha256 === null || contentSizeBytes === null) {
    throw new DomainError('SYSTEM_BUSY', 'The image is compressed, and what is in it has not been read yet.', { sha256: artifact.sha256 }, [
      'Try again in a minute',
      'If it stays so, look at the image on the page of its release: it may be damaged',
    ]);
  }
  return { sha256, sizeBytes: Number(contentSizeBytes), packed: { compression, ...file } };
}
