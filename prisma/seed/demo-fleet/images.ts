/** The images of the demo's releases: a manifest and repeatable content that does not compress. */
import { createCipheriv, createHash } from 'node:crypto';
import { encodeImageManifest, IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import { folderStore } from '#/server/artifacts/folder-store';
import { getArtifactStore } from '#/server/artifacts/get-store';
import { DEMO_RELEASES, type DemoRelease } from './releases';

/** Fixed, so that every installation builds the same images: this is content, not a secret. */
const CONTENT_KEY = createHash('sha256').update('fairlead demo image content v1').digest();
const CHUNK_BYTES = 256 * 1024;

export type DemoImage = { version: string; sha256: string; sizeBytes: number };

/** The bytes of a release's image, in chunks. */
export function* imageChunks(release: DemoRelease): Generator<Uint8Array> {
  yield encodeImageManifest({
    version: release.version,
    ...(release.hardware.length === 0 ? {} : { hardware: release.hardware }),
    build_id: createHash('sha256').update(release.version).digest('hex').slice(0, 12),
    kernel: release.kernel,
    os_version: `Gateway OS ${release.version.slice(1)}`,
  });
  const start = createHash('sha256').update(release.version).digest().subarray(0, 16);
  const stream = createCipheriv('aes-256-ctr', CONTENT_KEY, start);
  let left = release.imageBytes - IMAGE_MANIFEST_BYTES;
  while (left > 0) {
    const size = Math.min(left, CHUNK_BYTES);
    yield stream.update(new Uint8Array(size));
    left -= size;
  }
}

/** Hash and size of every release's image. */
export function describeImages(): DemoImage[] {
  return DEMO_RELEASES.map((release) => {
    const hash = createHash('sha256');
    for (const chunk of imageChunks(release)) hash.update(chunk);
    return { version: release.version, sha256: hash.digest('hex'), sizeBytes: release.imageBytes };
  });
}

/** Puts the images into the artifact store that are not there yet. */
export async function storeImages(images: readonly DemoImage[]): Promise<void> {
  // The demo's gateways begin with images of this machine, wherever the store is.
  const stores = [getArtifactStore(), folderStore()];
  for (const [index, release] of DEMO_RELEASES.entries()) {
    const image = images[index];
    if (!image || (await Promise.all(stores.map((store) => store.has(image.sha256)))).every(Boolean)) continue;
    const file = await getArtifactStore().receive(toAsync(imageChunks(release)));
    try {
      if (file.sha256 !== image.sha256) throw new Error(`the image of ${release.version} was not stored as it was built`);
      for (const store of stores) await store.adopt(file.path, image);
    } finally {
      await file.discard();
    }
  }
}

async function* toAsync(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
