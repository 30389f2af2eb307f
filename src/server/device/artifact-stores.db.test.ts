/** Downloads through the device door from both stores, with signed paths and budgets. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getArtifactStore } from '../artifacts/get-store';
import { startS3Server } from '../artifacts/testing/s3-server';
import { getDb } from '../db/client';
import { makeGateway } from '../testing/fleet-rows';
import { answerDevice } from './device-door';
import { signArtifactPath } from './signed-path';

const IMAGE = randomBytes(3_000_001);
const sha256 = createHash('sha256').update(IMAGE).digest('hex');
const inAMinute = () => new Date(Date.now() + 60_000);
const server = createServer((req, res) => {
  void Promise.resolve(answerDevice(req, res, { path: req.url ?? '', peer: () => ({ ip: '127.0.0.1' }), mqttUrl: 'mqtt://broker' })).catch(
    () => res.destroy(),
  );
});
let base = '';
let folder = '';
let s3: Awaited<ReturnType<typeof startS3Server>>;

function setEnv(changes: Record<string, string | undefined>) {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
}

async function* chunks(bytes: Buffer) {
  yield bytes;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-door-'));
  s3 = await startS3Server(join(folder, 'buckets'), 'images');
  setEnv({ ARTIFACT_FOLDER: join(folder, 'artifacts') });
  await getArtifactStore().put(chunks(IMAGE));
  setEnv(s3.env);
  await getArtifactStore().put(chunks(IMAGE));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  setEnv({ ARTIFACT_FOLDER: undefined, ...Object.fromEntries(Object.keys(s3.env).map((name) => [name, undefined])) });
  await s3.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.each(['folder', 's3'] as const)('from the %s store', (kind) => {
  beforeAll(() => setEnv({ ARTIFACT_STORE_URL: kind === 's3' ? s3.env.ARTIFACT_STORE_URL : undefined }));

  it('a signed path needs no secret: whole, in ranges, with ETag, 304 and 416', async () => {
    expect(getArtifactStore().kind).toBe(kind);
    const gateway = await makeGateway();
    const ask = (headers: Record<string, string> = {}, method = 'GET') =>
      fetch(`${base}${signArtifactPath(gateway.id, sha256, inAMinute())}`, { method, headers });
    const whole = await ask();
    expect([whole.status, whole.headers.get('etag'), whole.headers.get('content-length')]).toEqual([
      200,
      `"${sha256}"`,
      String(IMAGE.length),
    ]);
    expect(Buffer.from(await whole.arrayBuffer()).equals(IMAGE)).toBe(true);
    for (const [range, from, to] of [
      ['bytes=1-1', 1, 2],
      ['bytes=1000000-2000000', 1_000_000, 2_000_001],
      ['bytes=-7', IMAGE.length - 7, IMAGE.length],
    ] as const) {
      const part = await ask({ range });
      expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes ${from}-${to - 1}/${IMAGE.length}`]);
      expect(Buffer.from(await part.arrayBuffer()).equals(IMAGE.subarray(from, to))).toBe(true);
    }
    expect((await ask({ range: `bytes=${IMAGE.length}-` })).status).toBe(416);
    expect((await ask({ 'if-none-match': `"${sha256}"` })).status).toBe(304);
    expect([(await ask({}, 'HEAD')).headers.get('content-length'), (await ask({}, 'PUT')).status]).toEqual([String(IMAGE.length), 405]);
  });

  it('a reader that goes away leaves nothing running', async () => {
    const gateway = await makeGateway();
    const request = get(`${base}${signArtifactPath(gateway.id, sha256, inAMinute())}`);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response, 'data');
    request.destroy();
    // The server still answers others, whole.
    const again = await fetch(`${base}${signArtifactPath(gateway.id, sha256, inAMinute())}`);
    expect((await again.arrayBuffer()).byteLength).toBe(IMAGE.length);
  });

  it('two gateways of a site stay within its budget together', async () => {
    const first = await makeGateway();
    const second = await makeGateway(first.siteId);
    await getDb().site.update({ where: { id: first.siteId }, data: { downloadBytesPerSecond: 1_000_000 } });
    const startMs = performance.now();
    const bodies = await Promise.all(
      [first, second].map(async ({ id }) => {
        const answer = await fetch(`${base}${signArtifactPath(id, sha256, inAMinute())}`, { headers: { range: 'bytes=0-699999' } });
        return Buffer.from(await answer.arrayBuffer());
      }),
    );
    const seconds = (performance.now() - startMs) / 1000;
    for (const body of bodies) expect(body.equals(IMAGE.subarray(0, 700_000))).toBe(true);
    // 1.4 MB at 1 MB/s, less the burst and the steps that were granted last.
    expect(seconds).toBeGreaterThan(1.0);
  });
});

it('a signature that is expired, of another gateway or image opens nothing; the credential still does', async () => {
  setEnv({ ARTIFACT_STORE_URL: undefined });
  const gateway = await makeGateway();
  const expired = signArtifactPath(gateway.id, sha256, new Date(Date.now() - 1000));
  const status = async (path: string, headers: Record<string, string> = {}) => (await fetch(`${base}${path}`, { headers })).status;
  expect(await status(expired)).toBe(401);
  expect(await status(signArtifactPath(gateway.id, sha256, inAMinute()).replace(gateway.id, (await makeGateway()).id))).toBe(401);
  expect(await status(signArtifactPath(gateway.id, 'ab'.repeat(32), inAMinute()).replace('ab'.repeat(32), sha256))).toBe(401);
  // A gateway that is gone.
  expect(await status(signArtifactPath('0190a0a0-0000-7000-8000-000000000000', sha256, inAMinute()))).toBe(404);
  const authorization = `Basic ${Buffer.from(`${gateway.id}:${gateway.secret}`).toString('base64')}`;
  expect(await status(expired, { authorization })).toBe(404);
  const { siteId } = gateway;
  const text = { type: 'download', intent: 'install', toVersion: 'v2.0.0', targetSlot: 'B', options: {}, initiatedBy: 'test' };
  await getDb().artifact.upsert({ where: { sha256 }, create: { sha256, sizeBytes: IMAGE.length }, update: {} });
  await getDb().job.create({
    data: { id: `OTA-JOB-${randomBytes(5).toString('hex')}`, gatewayId: gateway.id, siteId, ...text, artifactSha256: sha256 },
  });
  expect(await status(expired, { authorization })).toBe(200);
});
