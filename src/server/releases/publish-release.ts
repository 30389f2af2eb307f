/** Puts an image into the artifact store and offers it to gateways as a release. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { compressionOf, type ImageCompression } from '#/domain/images/image-words';
import { decodeImageManifest, IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import { RELEASE_SEVERITIES, RELEASE_TYPES } from '#/domain/releases/release-words';
import { parseVersion, versionSortKey } from '#/domain/releases/version';
import { CHANNELS } from '#/domain/settings/gateway-settings';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { getArtifactStore } from '../artifacts/get-store';
import { lockBlob, removeUnusedBlob } from '../artifacts/unused-blobs';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import { lockRing } from '../trust/lock-ring';
import { doorOf, noteRelease } from './note-release';
import { signatureStateOf } from './signature-state';

const isVersion = (text: string) => text.startsWith('v') && parseVersion(text) !== null;
const line = z.string().trim().min(1, 'is empty').max(500);

export const publishReleaseSchema = z.object({
  version: z.string().refine(isVersion, 'must be a version such as v5.0.5 or v5.1.0-rc.1'),
  channel: z.enum(CHANNELS),
  type: z.enum(RELEASE_TYPES),
  severity: z.enum(RELEASE_SEVERITIES),
  description: line,
  changelog: z.array(line).max(100).default([]),
  /** Revisions that it fits; empty: all. */
  hardware: z.array(line.max(80)).max(50).default([]),
  prerequisites: z
    .array(z.string().refine((text) => isVersion(text.replace(/\+$/, '')), 'must be a version such as v5.0.0, or v5.0.0+ for it and newer'))
    .max(20)
    .default([]),
});
export type PublishRelease = z.input<typeof publishReleaseSchema>;
/** null: not compressed, as far as its first bytes tell. */
type Seen = { compression: ImageCompression | null };
export type PublishedRelease = { releaseId: string; version: string; sha256: string; sizeBytes: number };

/**
 * Streams the image into the store, then makes the release. Nothing is left behind when it is refused: a version that
 * exists, an image of another version, a full disk. An image that was here
 * before keeps what its signatures said.
 */
export async function publishRelease(actor: Actor, input: PublishRelease, image: AsyncIterable<Uint8Array>): Promise<PublishedRelease> {
  requireEverywhere(actor, 'release.write');
  const release = publishReleaseSchema.parse(input);
  const key = versionSortKey(release.version);
  await refuseDuplicate(getDb(), key);
  const store = getArtifactStore();
  const seen: Seen = { compression: null };
  const { sha256, sizeBytes } = await store.put(imageOf(release.version, image, seen));
  try {
    if (sizeBytes === 0) throw new DomainError('INVALID_UPDATE_FILE', 'The image is empty.');
    return await getDb().$transaction(async (tx) => {
      await lockRing(tx, 'read');
      await lockBlob(tx, sha256);
      // Someone else's refused attempt with the same image may have removed it meanwhile.
      if (!(await store.has(sha256))) {
        throw new DomainError('SYSTEM_BUSY', 'The same image was published and refused at the same moment.', {}, ['Try again']);
      }
      await refuseDuplicate(tx, key);
      await tx.artifact.createMany({ data: { sha256, sizeBytes, ...seen }, skipDuplicates: true });
      const signed = await signatureStateOf(tx, sha256, {});
      const row = { ...release, ...signed, versionSortKey: key, artifactSha256: sha256, releasedAt: new Date() };
      const { id } = await tx.release.create({ data: row, select: { id: true } });
      const { version, channel, type, severity } = release;
      const data = { version, channel, type, severity, sha256, sizeBytes };
      await noteRelease(tx, actor, {
        releaseId: id,
        kind: 'published',
        message: `brought and published on ${channel}`,
        data: { sha256, channel, ...signed, source: doorOf(actor) },
      });
      await recordAudit(tx, actor, { name: 'release.published', objectType: 'release', objectId: id, data });
      return { releaseId: id, version, sha256, sizeBytes };
    });
  } catch (error) {
    await removeUnusedBlob(sha256);
    if ((error as { code?: string }).code === 'P2002') throw duplicateVersion(release.version);
    throw error;
  }
}

/** The same bytes; throws when their head says that they are another version. `seen` is told how they are compressed: nobody orders them until what is in them is known. */
async function* imageOf(version: string, image: AsyncIterable<Uint8Array>, seen: Seen): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | null = new Uint8Array(0);
  for await (const chunk of image) {
    if (head !== null) {
      head = Buffer.concat([head, chunk.subarray(0, IMAGE_MANIFEST_BYTES)]);
      const compression = compressionOf(head);
      if (compression !== 'none') seen.compression = compression;
      if (head.length >= IMAGE_MANIFEST_BYTES) {
        const found = decodeImageManifest(head)?.version ?? version;
        if (found !== version) throw new DomainError('INVALID_UPDATE_FILE', `The image says that it is ${found}, not ${version}.`);
        head = null;
      }
    }
    yield chunk;
  }
}

/** Versions that differ in build metadata only count as one. */
export async function refuseDuplicate(db: Pick<Tx, 'release'>, key: string): Promise<void> {
  // Versions that differ in build metadata only have the same rank: no gateway would be offered the second.
  const existing = await db.release.findFirst({ where: { versionSortKey: key }, select: { version: true } });
  if (existing) throw duplicateVersion(existing.version);
}

export function duplicateVersion(version: string): DomainError {
  return new DomainError('CONFLICT', `There is a release ${version} already.`, { version }, [
    'A version is never published twice: raise its number',
  ]);
}
