/** Makes the index of one image and puts it, with its data file, into the artifact store. */
import { Readable } from 'node:stream';
import { encodeIndex } from '#/protocol/delta/index-layout';
import { openUncompressed } from '#/unpack/open-uncompressed';
import type { ArtifactStore } from '../artifacts/artifact-store';
import { getArtifactStore } from '../artifacts/get-store';
import { logger } from '../config/logger';
import { getDb } from '../db/client';
import { contentOf } from '../jobs/slot-content';
import { buildIndex, type IndexShape } from './build-index';
import { type ClaimedImage, claimImage, letGo, stillBuilding } from './claim-index';
import { shapeOf } from './index-shape';

const HEAD_BYTES = 16;
const SIGN_OF_LIFE_MS = 15_000;

/** One image; its SHA-256, or null when none waits. A kill leaves nothing that has to be undone: the next one begins anew. */
export async function makeNextIndex(signal: AbortSignal, only: string | null = null): Promise<string | null> {
  const image = await claimImage(only);
  if (image === null) return null;
  const alive = setInterval(() => void stillBuilding(image.sha256).catch(() => {}), SIGN_OF_LIFE_MS);
  try {
    await makeIndex(image, signal);
  } catch (error) {
    if (signal.aborted) await letGo(image.sha256);
    else await settle(image, { state: 'failed', error: (error as Error).message.slice(0, 500) });
    if (!signal.aborted) logger.warn({ sha256: image.sha256, reason: (error as Error).message }, 'delta: an index could not be made');
  } finally {
    clearInterval(alive);
  }
  return image.sha256;
}

async function makeIndex(image: ClaimedImage, signal: AbortSignal): Promise<void> {
  const store = getArtifactStore();
  const blob = await store.open(image.sha256);
  if (blob === null) throw new Error('the image is not in the store');
  try {
    const artifact = await getDb().artifact.findUniqueOrThrow({ where: { sha256: image.sha256 } });
    if (artifact.format === 'tar') return await settle(image, { state: 'unsuited', error: 'it is a tar package, and no image of a slot' });
    const content = contentOf(artifact);
    const read = () => openUncompressed(blob.read(0, blob.sizeBytes - 1), content.packed?.compression ?? 'none');
    const shape = shapeOf(await headOf(read()), content.sizeBytes);
    if (typeof shape === 'string') return await settle(image, { state: 'unsuited', error: shape });
    const { index, data } = await build(store, read(), image.sha256, shape, signal);
    if (index.contentSha256 !== content.sha256) throw new Error('the image in the store is damaged');
    const stored = await store.put(Readable.from([encodeIndex(index)]));
    await settle(image, {
      state: 'ready',
      kind: index.kind,
      error: null,
      ...{ indexSha256: stored.sha256, indexSizeBytes: stored.sizeBytes, dataSha256: data.sha256, dataSizeBytes: data.sizeBytes },
      blockCount: index.hashes.length / 12,
      readyAt: new Date(),
    });
    logger.info(
      { sha256: image.sha256, kind: index.kind, indexBytes: stored.sizeBytes, dataBytes: data.sizeBytes },
      'delta: an index is ready',
    );
  } finally {
    blob.release();
  }
}

/** The data file goes to the store as it grows. */
async function build(store: ArtifactStore, image: AsyncIterable<Uint8Array>, sha256: string, shape: IndexShape, signal: AbortSignal) {
  const pieces = new TransformStream<Uint8Array, Uint8Array>();
  const writer = pieces.writable.getWriter();
  const storing = store.put(pieces.readable as unknown as AsyncIterable<Uint8Array>);
  storing.catch(() => {});
  try {
    const index = await buildIndex(image, shape, sha256, async (bytes) => {
      signal.throwIfAborted();
      await writer.write(bytes);
    });
    await writer.close();
    return { index, data: await storing };
  } catch (error) {
    await writer.abort(error).catch(() => {});
    await storing.catch(() => {});
    throw error;
  }
}

async function headOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of content) {
    parts.push(part.slice(0, HEAD_BYTES));
    length += part.length;
    if (length >= HEAD_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, HEAD_BYTES);
}

type Outcome = Parameters<ReturnType<typeof getDb>['deltaIndex']['updateMany']>[0]['data'];

async function settle(image: ClaimedImage, data: Outcome): Promise<void> {
  await getDb().deltaIndex.updateMany({ where: { artifactSha256: image.sha256 }, data });
}
