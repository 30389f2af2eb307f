/** What an image is, read from the image. Runs in a process of its own (inspect-in-worker.ts): an image comes from anywhere. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ImageFacts } from '#/domain/images/image-facts';
import { ImageRefused } from '#/domain/images/image-refused';
import { readUpTo } from '#/domain/images/image-source';
import { compressionOf, type ImageCompression } from '#/domain/images/image-words';
import { isTarHeader, TAR_BLOCK } from '#/domain/images/tar-header';
import { openUncompressed } from '#/unpack/open-uncompressed';
import { CONTENT_LIMITS, type ContentLimits, withinLimits } from './content-limits';
import { type ContentFacts, inspectContent } from './inspect-content';
import { inspectTar, type TarFacts } from './inspect-tar';
import { withPathSource } from './path-source';

/** A file for the content of a compressed disk image or SquashFS, which is not read in one go. It is gone afterwards. */
export type InspectOptions = { scratchFile: string; limits?: ContentLimits };

/** Others write to the disk of the scratch file too: so much of it stays free. Asked now and then, as little content fills no disk. */
const KEPT_FREE_BYTES = 256 * 1024 ** 2;
const ASK_EVERY_BYTES = 64 * 1024 ** 2;

/**
 * The facts of a local file. Throws ImageRefused with one sentence when it is no image, or not a sound one, and an error with the
 * code ENOSPC when the content has no room.
 */
export async function inspectImage(path: string, { scratchFile, limits = CONTENT_LIMITS }: InspectOptions): Promise<ImageFacts> {
  const { compression, sizeBytes, head } = await withPathSource(path, async (source) => {
    const first = await readUpTo(source, 0, TAR_BLOCK);
    return { compression: compressionOf(first), sizeBytes: source.sizeBytes, head: first };
  });
  if (sizeBytes === 0) throw new ImageRefused('It is empty.');
  const file = { compression, sizeBytes };
  if (compression === 'none') {
    if (!isTarHeader(head)) {
      const facts = await withPathSource(path, inspectContent);
      return conclude(file, { sizeBytes, sha256: null }, facts);
    }
  }
  const meter = meteredContent(path, file, limits);
  try {
    const { start, content } = await withStart(meter.content);
    if (compression !== 'none' && compressionOf(start) !== 'none') throw new ImageRefused('It is compressed twice.');
    if (isTarHeader(start)) {
      const facts = await inspectTar(content);
      return conclude(file, meter.done(), facts);
    }
    await pipeline(sparing(content, dirname(scratchFile)), createWriteStream(scratchFile));
    return conclude(file, meter.done(), await withPathSource(scratchFile, inspectContent));
  } finally {
    await meter.content.return(undefined);
    await rm(scratchFile, { force: true });
  }
}

/** Ends with ENOSPC before the disk is full. */
async function* sparing(content: AsyncIterable<Uint8Array>, folder: string): AsyncGenerator<Uint8Array> {
  let sinceAsked = 0;
  for await (const chunk of content) {
    sinceAsked += chunk.length;
    if (sinceAsked >= ASK_EVERY_BYTES) {
      sinceAsked = 0;
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < KEPT_FREE_BYTES) throw Object.assign(new Error('the disk is nearly full'), { code: 'ENOSPC' });
    }
    yield chunk;
  }
}

/** The first block, and the content with it. */
async function withStart(chunks: AsyncGenerator<Uint8Array>): Promise<{ start: Uint8Array; content: AsyncGenerator<Uint8Array> }> {
  const read: Uint8Array[] = [];
  for (let length = 0; length < TAR_BLOCK; ) {
    const { done, value } = await chunks.next();
    if (done) break;
    read.push(value);
    length += value.length;
  }
  async function* content() {
    yield* read;
    yield* chunks;
  }
  return { start: Buffer.concat(read).subarray(0, TAR_BLOCK), content: content() };
}

/** The content as a stream, counted, hashed and held to the limits. */
function meteredContent(path: string, file: { compression: ImageCompression; sizeBytes: number }, limits: ContentLimits) {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  async function* content(): AsyncGenerator<Uint8Array> {
    for await (const chunk of withinLimits(openUncompressed(path, file.compression), file.sizeBytes, limits)) {
      sizeBytes += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  }
  return { content: content(), done: () => ({ sizeBytes, sha256: hash.digest('hex') }) };
}

/** What the manifest says counts; what it leaves open is taken from where else the image says it. */
function conclude(
  file: { compression: ImageCompression; sizeBytes: number },
  content: { sizeBytes: number; sha256: string | null },
  found: ContentFacts | TarFacts,
): ImageFacts {
  const { manifest, osRelease } = found;
  const inside = 'format' in found ? found : null;
  const boot = inside?.bootImages ?? [];
  return {
    format: inside?.format ?? 'tar',
    ...file,
    contentSizeBytes: content.sizeBytes,
    contentSha256: content.sha256,
    partitionTable: inside?.partitionTable ?? null,
    fileSystems: inside?.fileSystems ?? [],
    bootImages: boot,
    entryCount: 'entryCount' in found ? found.entryCount : null,
    osRelease,
    manifest,
    version: manifest?.version ?? null,
    kernel: manifest?.kernel ?? found.kernel ?? first(boot.map(({ kernel }) => kernel)),
    buildId: manifest?.build_id ?? osRelease?.buildId ?? null,
    architecture: manifest?.architecture ?? found.architecture ?? first(boot.map(({ architecture }) => architecture)),
    bootloader: manifest?.bootloader ?? inside?.bootloader ?? null,
    hardware: manifest?.hardware ?? null,
    minimumHardware: manifest?.minimum_hardware ?? null,
    fromVersion: manifest?.from_version ?? null,
  };
}

function first(values: (string | null)[]): string | null {
  return values.find((value) => value !== null) ?? null;
}
