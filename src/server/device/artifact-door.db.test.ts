import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionSortKey } from '#/domain/releases/version';
import { getArtifactStore } from '../artifacts/get-store';
import { openArtifactUsers } from '../artifacts/open-artifacts';
import { getDb } from '../db/client';
import { makeGateway } from '../testing/fleet-rows';
import { until } from '../testing/until';
import { answerDevice } from './device-door';

const SMALL = randomBytes(3000);
/** Some buffers of the sender long, and not a multiple of one. */
const MEDIUM = randomBytes(1_400_001);
const LARGE = randomBytes(24 * 1024 * 1024);
const server = createServer((req, res) => {
  void Promise.resolve(answerDevice(req, res, { path: req.url ?? '', peer: () => ({ ip: '127.0.0.1' }), mqttUrl: 'mqtt://broker' })).catch(
    () => res.destroy(),
  );
});
let base = '';
let basic = '';
let gatewayId = '';
const sha = { small: '', medium: '', large: '', none: createHash('sha256').update('none').digest('hex') };

async function publish(bytes: Buffer, state: string): Promise<string> {
  const { sha256, sizeBytes } = await getArtifactStore().put(
    (async function* () {
      yield bytes;
    })(),
  );
  await getDb().artifact.create({ data: { sha256, sizeBytes: BigInt(sizeBytes) } });
  const version = `v1.0.0-${randomBytes(6).toString('hex')}`;
  const text = { channel: 'stable', type: 'feature', severity: 'normal', description: '', hardware: ['door test'] };
  await getDb().release.create({
    data: { version, versionSortKey: versionSortKey(version), ...text, artifactSha256: sha256, state, releasedAt: new Date() },
  });
  return sha256;
}

function ask(sha256: string, headers: Record<string, string> = {}, method = 'GET') {
  return fetch(`${base}/device/v1/artifacts/${sha256}`, { method, headers: { authorization: basic, ...headers } });
}

async function makeJob(sha256: string, finishedAt: Date | null) {
  const { siteId } = await getDb().gateway.findUniqueOrThrow({ where: { id: gatewayId } });
  const id = `OTA-JOB-${randomBytes(5).toString('hex')}`;
  const text = { type: 'download', intent: 'install', toVersion: 'v2.0.0', targetSlot: 'B', options: {}, initiatedBy: 'test' };
  await getDb().job.create({ data: { id, gatewayId, siteId, ...text, artifactSha256: sha256, finishedAt } });
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gateway = await makeGateway();
  gatewayId = gateway.id;
  basic = `Basic ${Buffer.from(`${gateway.id}:${gateway.secret}`).toString('base64')}`;
  sha.small = await publish(SMALL, 'published');
  sha.medium = await publish(MEDIUM, 'published');
  sha.large = await publish(LARGE, 'published');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('image downloads', () => {
  it('gives the whole image with what a client needs to go on later', async () => {
    const response = await ask(sha.small);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag: `"${sha.small}"`,
      'accept-ranges': 'bytes',
      'content-length': String(SMALL.length),
      'cache-control': 'private, max-age=31536000, immutable',
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(SMALL);
  });

  it('gives a large image byte for byte', async () => {
    const hash = createHash('sha256');
    for await (const chunk of (await ask(sha.large)).body as ReadableStream<Uint8Array>) hash.update(chunk);
    expect(hash.digest('hex')).toBe(sha.large);
  });

  it('answers HEAD without a body, also for a range', async () => {
    const response = await ask(sha.large, { range: 'bytes=10-19' }, 'HEAD');
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([206, '10', '']);
  });

  it('any range gives exactly those bytes, and says which', async () => {
    const size = MEDIUM.length;
    const offset = fc.oneof(fc.nat(size + 10), fc.constantFrom(0, 1, 262_143, 262_144, 262_145, size - 1, size));
    await fc.assert(
      fc.asyncProperty(
        offset,
        fc.oneof(fc.nat(600_000), fc.constant(size)),
        fc.constantFrom('both', 'open', 'suffix'),
        async (from, length, form) => {
          const header = form === 'both' ? `bytes=${from}-${from + length}` : form === 'open' ? `bytes=${from}-` : `bytes=-${length}`;
          const response = await ask(sha.medium, { range: header });
          const start = form === 'suffix' ? Math.max(0, size - length) : from;
          const end = form === 'both' ? Math.min(from + length, size - 1) : size - 1;
          const body = Buffer.from(await response.arrayBuffer());
          if (start >= size || start > end) {
            expect([response.status, response.headers.get('content-range')]).toEqual([416, `bytes */${size}`]);
            return;
          }
          expect([response.status, response.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/${size}`]);
          expect(body.equals(MEDIUM.subarray(start, end + 1))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('begins again when the client has begun another file, and says when nothing is new', async () => {
    expect((await ask(sha.small, { range: 'bytes=5-', 'if-range': '"other"' })).status).toBe(200);
    expect((await ask(sha.small, { range: 'bytes=5-', 'if-range': `"${sha.small}"` })).status).toBe(206);
    expect((await ask(sha.small, { 'if-none-match': `"${sha.small}"` })).status).toBe(304);
  });

  it('refuses who it does not know, and what is not there, with a stable code each', async () => {
    const wrong = `Basic ${Buffer.from(`${gatewayId}:wrong`).toString('base64')}`;
    const cases: [string, Record<string, string>, string, number, string][] = [
      [sha.small, { authorization: wrong }, 'GET', 401, 'UNAUTHENTICATED'],
      [sha.small, { authorization: '' }, 'GET', 401, 'UNAUTHENTICATED'],
      [sha.small, { authorization: 'Bearer x' }, 'GET', 401, 'UNAUTHENTICATED'],
      [sha.none, {}, 'GET', 404, 'NOT_FOUND'],
      ['..%2f..%2fetc%2fpasswd', {}, 'GET', 404, 'NOT_FOUND'],
      [sha.small.toUpperCase(), {}, 'GET', 404, 'NOT_FOUND'],
      [sha.small, {}, 'PUT', 405, 'METHOD_NOT_ALLOWED'],
    ];
    for (const [name, headers, method, status, code] of cases) {
      const response = await ask(name, headers, method);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code]);
    }
  });

  it('opens an unpublished image only to a gateway whose job names it, and no longer than a week after', async () => {
    const draft = await publish(randomBytes(100), 'draft');
    expect((await ask(draft)).status).toBe(404);
    await makeJob(draft, new Date(Date.now() - 8 * 86_400_000));
    expect((await ask(draft)).status).toBe(404);
    await makeJob(draft, null);
    expect((await ask(draft)).status).toBe(200);
    const stranger = await makeGateway();
    const other = `Basic ${Buffer.from(`${stranger.id}:${stranger.secret}`).toString('base64')}`;
    expect((await ask(draft, { authorization: other })).status).toBe(404);
  });

  it('lets go of the file when clients break off, and reads no further than they took', async () => {
    const before = openArtifactUsers(sha.large);
    const clients = Array.from({ length: 20 }, () =>
      get(`${base}/device/v1/artifacts/${sha.large}`, { headers: { authorization: basic } }),
    );
    const answers = await Promise.all(clients.map(async (client) => (await once(client, 'response'))[0] as IncomingMessage));
    for (const answer of answers) answer.pause();
    expect(openArtifactUsers(sha.large)).toBe(before + 20);
    for (const client of clients) client.destroy();
    await until(() => openArtifactUsers(sha.large) === before);
  });
});
