import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenBlob } from './artifact-store';
import { getArtifactStore } from './get-store';
import { startS3Server } from './testing/s3-server';

/** More than one part of a multipart upload, and not a multiple of one. */
const LARGE = randomBytes(20 * 1024 * 1024 + 17);
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
async function* chunks(...parts: Uint8Array[]) {
  yield* parts;
}
let folder = '';
let server: Awaited<ReturnType<typeof startS3Server>>;

function setEnv(changes: Record<string, string>) {
  Object.assign(process.env, { ...changes });
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
}

async function opened(sha256: string): Promise<OpenBlob> {
  const blob = await getArtifactStore().open(sha256);
  if (!blob) throw new Error('it is not in the store');
  return blob;
}

const coming = () => readdir(join(folder, 'artifacts/incoming'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-s3-'));
  server = await startS3Server(join(folder, 'buckets'), 'images');
  setEnv({ ...server.env, ARTIFACT_FOLDER: join(folder, 'artifacts') });
});
afterAll(async () => {
  for (const name of ['ARTIFACT_FOLDER', ...Object.keys(server.env)]) delete process.env[name];
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the S3 store', () => {
  it('keeps a large stream in parts, and reads it whole and in ranges', async () => {
    const store = getArtifactStore();
    const kept = await store.put(chunks(LARGE.subarray(0, 3_000_000), LARGE.subarray(3_000_000)));
    expect(kept).toEqual({ sha256: sha(LARGE), sizeBytes: LARGE.length });
    expect(await coming()).toEqual([]);
    const blob = await opened(kept.sha256);
    expect(blob).toMatchObject({ sizeBytes: LARGE.length, file: null });
    expect(sha(await buffer(blob.read(0, LARGE.length - 1)))).toBe(kept.sha256);
    for (const [start, end] of [
      [1, 1],
      [8_388_600, 8_388_620],
      [LARGE.length - 3, LARGE.length - 1],
    ] as const)
      expect(await buffer(blob.read(start, end))).toEqual(LARGE.subarray(start, end + 1));
    blob.release();
    const local = await store.localFile(kept.sha256);
    expect(sha(await readFile(local?.path ?? ''))).toBe(kept.sha256);
    await local?.release();
    expect(await coming()).toEqual([]);
    expect(await store.usedBytes()).toBe(LARGE.length);
    await store.remove(kept.sha256);
    expect([await store.open(kept.sha256), await store.localFile(kept.sha256), await store.has(kept.sha256)]).toEqual([null, null, false]);
  });

  it('a reader that goes away ends the stream', async () => {
    const { sha256 } = await getArtifactStore().put(chunks(LARGE));
    const blob = await opened(sha256);
    const stream = blob.read(0, LARGE.length - 1);
    await once(stream, 'readable');
    const failed = once(stream, 'error');
    blob.release();
    expect((await failed)[0]).toMatchObject({ name: 'AbortError' });
  });

  it('what was removed behind its back fails as a stream, and is then not there', async () => {
    const store = getArtifactStore();
    const { sha256 } = await store.put(chunks(randomBytes(100)));
    const blob = await opened(sha256);
    await rm(join(folder, 'buckets/images/fleet', sha256.slice(0, 2)), { recursive: true });
    await expect(buffer(blob.read(0, 99))).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await store.open(sha256)).toBeNull();
  });

  it('a probe leaves nothing, and says what is wrong', async () => {
    await getArtifactStore().probe();
    expect(await coming()).toEqual([]);
    setEnv({ ARTIFACT_STORE_URL: server.env.ARTIFACT_STORE_URL.replace('images', 'nowhere') });
    await expect(getArtifactStore().probe()).rejects.toMatchObject({ name: 'NoSuchBucket' });
    setEnv({ ...server.env, AWS_ACCESS_KEY_ID: 'SOMEBODY' });
    setEnv({ ARTIFACT_STORE_URL: `${server.env.ARTIFACT_STORE_URL}&region=eu-west-1` });
    await expect(getArtifactStore().probe()).rejects.toThrow('refuses these keys');
    setEnv(server.env);
  });
});
