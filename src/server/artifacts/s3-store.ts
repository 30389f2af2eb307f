/** The artifact store as an S3 bucket: one object per blob, put there by a multipart upload, so it is whole or not there. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { artifactFolder, incomingFolder } from './artifact-folder';
import { type BlobKeeper, type OpenBlob, requireSha256, type StoredBlob } from './artifact-store';
import { isFull, noRoom } from './no-room';
import { probeStore } from './probe-store';
import type { BucketAddress } from './store-address';

/** S3 takes 10,000 parts of an object; four of these are in memory at a time. */
const LEAST_PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;
/** Blobs never change, so a size stays true; a download in ranges asks for it hundreds of times. */
const SIZES_KEPT = 1000;

export function s3Store(address: BucketAddress): BlobKeeper {
  const { bucket: Bucket, prefix } = address;
  const client = openClient(address);
  const keyOf = (sha256: string) => `${prefix}${requireSha256(sha256).slice(0, 2)}/${sha256}`;
  const sizes = new Map<string, number>();

  async function sizeOf(sha256: string): Promise<number | null> {
    const known = sizes.get(sha256);
    if (known !== undefined) return known;
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: keyOf(sha256) })).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw readable(error);
    });
    if (head === null) return null;
    const size = head.ContentLength ?? 0;
    sizes.set(sha256, size);
    if (sizes.size > SIZES_KEPT) sizes.delete(sizes.keys().next().value as string);
    return size;
  }

  async function adopt(file: string, { sha256, sizeBytes }: StoredBlob): Promise<void> {
    sizes.delete(sha256);
    if ((await sizeOf(sha256)) === sizeBytes) return;
    sizes.delete(sha256);
    const { size } = await stat(file);
    if (size !== sizeBytes) throw new Error(`a file of ${sizeBytes} bytes has ${size}`);
    const partSize = Math.max(LEAST_PART_BYTES, Math.ceil(sizeBytes / MOST_PARTS));
    const Body = createReadStream(file, { highWaterMark: 1024 * 1024 });
    const params = { Bucket, Key: keyOf(sha256), Body, ContentType: 'application/octet-stream' };
    try {
      // Parts that failed are given up by it.
      await new Upload({ client, params, partSize, queueSize: 2 }).done();
    } finally {
      Body.destroy();
    }
  }

  async function open(sha256: string): Promise<OpenBlob | null> {
    const Key = keyOf(sha256);
    const sizeBytes = await sizeOf(sha256);
    if (sizeBytes === null) return null;
    const ended = new AbortController();
    const read = (start: number, end: number): Readable => {
      const out = new PassThrough({ highWaterMark: 256 * 1024 });
      void client
        .send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${start}-${end}` }), { abortSignal: ended.signal })
        .then(({ Body, ContentLength }) => {
          if (!Body) throw new Error('the store sent no bytes');
          if (ContentLength !== end - start + 1) throw new Error(`the store sent ${ContentLength} bytes for ${end - start + 1}`);
          return pipeline(Body as Readable, out, { signal: ended.signal });
        })
        .catch((error: Error) => {
          if (isMissing(error)) sizes.delete(sha256);
          out.destroy(error);
        });
      return out;
    };
    return { sizeBytes, file: null, read, release: () => ended.abort() };
  }

  async function localFile(sha256: string) {
    const blob = await open(sha256);
    if (!blob) return null;
    const path = join(incomingFolder(), `copy-${randomUUID()}`);
    const release = () => rm(path, { force: true });
    try {
      await mkdir(incomingFolder(), { recursive: true });
      if (blob.sizeBytes === 0) await pipeline([], createWriteStream(path, { flags: 'wx' }));
      else await pipeline(blob.read(0, blob.sizeBytes - 1), createWriteStream(path, { flags: 'wx' }));
      return { path, release };
    } catch (error) {
      await release();
      throw isFull(error) ? noRoom(artifactFolder()) : error;
    } finally {
      blob.release();
    }
  }

  const keeper: BlobKeeper = {
    kind: 's3',
    place: `s3://${Bucket}/${prefix}`,
    adopt,
    open,
    localFile,
    async has(sha256) {
      sizes.delete(sha256);
      return (await sizeOf(sha256)) !== null;
    },
    async remove(sha256) {
      sizes.delete(sha256);
      await client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(sha256) }));
    },
    async usedBytes() {
      let bytes = 0;
      for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
        for (const object of page.Contents ?? []) bytes += object.Size ?? 0;
      }
      return bytes;
    },
    probe: () => probeStore(keeper),
    async sweep(olderThan) {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix }));
      const stale = Uploads.filter(({ Initiated }) => Initiated !== undefined && Initiated < olderThan);
      for (const { Key, UploadId } of stale) await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      return stale.length;
    },
  };
  return keeper;
}

function openClient({ region, endpoint, pathStyle }: BucketAddress): S3Client {
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint === null ? {} : { endpoint }),
    // Amazon's newer checksums in trailers are unknown to many stores; the blob's own SHA-256 is checked by whoever reads it.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
  });
}

/** An answer to HEAD has no body, and so no reason. */
function readable(error: unknown): unknown {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status === 403) return new Error('the store refuses these keys, or they may not read there (403)', { cause: error });
  return status === undefined ? error : new Error(`the store answers ${status}`, { cause: error });
}

function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404;
}
