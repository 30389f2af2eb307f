import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemActor } from '../access/actor';
import { getArtifactStore } from '../artifacts/get-store';
import { startS3Server } from '../artifacts/testing/s3-server';
import { removeUnusedBlob } from '../artifacts/unused-blobs';
import { publishRelease } from './publish-release';

const fields = { channel: 'stable', type: 'security', severity: 'high', description: 'A test' } as const;
let folder = '';
let server: Awaited<ReturnType<typeof startS3Server>>;

async function* image(bytes: Buffer) {
  yield bytes;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-bucket-'));
  server = await startS3Server(join(folder, 'buckets'), 'images');
  Object.assign(process.env, server.env, { ARTIFACT_FOLDER: join(folder, 'artifacts') });
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
});
afterAll(async () => {
  for (const name of [...Object.keys(server.env), 'ARTIFACT_FOLDER']) delete process.env[name];
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

it('a release goes into the bucket; what is refused or named by nothing does not stay there', async () => {
  const store = getArtifactStore();
  const version = `v${randomInt(100, 900_000)}.${randomInt(900_000)}.${randomInt(900_000)}`;
  const { sha256, sizeBytes } = await publishRelease(systemActor('test'), { ...fields, version }, image(randomBytes(300_000)));
  expect([store.kind, await store.has(sha256), sizeBytes]).toEqual(['s3', true, 300_000]);
  await expect(publishRelease(systemActor('test'), { ...fields, version }, image(randomBytes(10)))).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  expect(await store.usedBytes()).toBe(300_000);
  expect(await readdir(join(folder, 'artifacts/incoming'))).toEqual([]);
  const orphan = await store.put(image(randomBytes(20)));
  expect([await removeUnusedBlob(orphan.sha256), await removeUnusedBlob(sha256)]).toEqual([true, false]);
  expect([await store.has(orphan.sha256), await store.has(sha256)]).toEqual([false, true]);
});
