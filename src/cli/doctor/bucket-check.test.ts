import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startS3Server } from '#/server/artifacts/testing/s3-server';
import { checkBucket } from './machine-checks';

let folder = '';
let server: Awaited<ReturnType<typeof startS3Server>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-doctor-'));
  server = await startS3Server(join(folder, 'buckets'), 'images');
  Object.assign(process.env, server.env, {
    DATABASE_URL: 'postgresql://localhost/none',
    FAIRLEAD_SECRET: 'x'.repeat(32),
    ARTIFACT_FOLDER: join(folder, 'artifacts'),
  });
});
afterAll(async () => {
  for (const name of [...Object.keys(server.env), 'ARTIFACT_FOLDER']) delete process.env[name];
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

it('a bucket is tried out; one that is not there, or an address that is none, is a problem with its remedy', async () => {
  const { ARTIFACT_STORE_URL } = server.env;
  expect(await checkBucket(ARTIFACT_STORE_URL)).toMatchObject({ status: 'ok', message: 's3://images/fleet/ can be written and read' });
  for (const address of [ARTIFACT_STORE_URL.replace('images', 'nowhere'), 's3://key:secret@images']) {
    const { status, message, remedy } = await checkBucket(address);
    expect([status, remedy]).toEqual(['problem', expect.stringContaining('AWS_ACCESS_KEY_ID')]);
    expect(message).not.toContain('key:secret');
  }
});
