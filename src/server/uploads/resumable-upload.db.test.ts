import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../access/actor';
import { SESSION_COOKIE } from '../access/session-settings';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import { makePerson } from '../testing/fleet-rows';
import { until } from '../testing/until';
import { finishUpload } from './finish-upload';
import { codeOf, coming, idOf, makeUploadWorld, metadata, row, sha, sizeOnDisk, startWeb } from './testing/upload-world';

let world: Awaited<ReturnType<typeof makeUploadWorld>>;
beforeAll(async () => {
  world = await makeUploadWorld();
});
afterAll(() => world.end());

describe('a resumable upload', () => {
  it('of the usual client becomes an artifact, with row and events', async () => {
    const image = randomBytes(3_000_000);
    let url = '';
    await new Promise<void>((resolve, reject) => {
      const upload = new Upload(image, {
        endpoint: `${world.base}/uploads`,
        chunkSize: 1_000_000,
        headers: { authorization: `Bearer ${world.person.token}` },
        metadata: {
          filename: 'gateway-5.0.6.img',
          sha256: sha(image).toUpperCase(),
          version: 'v5.0.6',
          description: 'Büro',
          min_hardware: 'rev-c',
        },
        onSuccess: () => {
          url = upload.url ?? '';
          resolve();
        },
        onError: reject,
      });
      upload.start();
    });
    expect(await row(idOf(url))).toMatchObject({
      ownerId: world.person.userId,
      fileName: 'gateway-5.0.6.img',
      state: 'checking',
      sizeBytes: 3_000_000n,
      offsetBytes: 3_000_000n,
      artifactSha256: sha(image),
      version: 'v5.0.6',
      description: 'Büro',
      minHardware: 'rev-c',
    });
    expect(await getArtifactStore().has(sha(image))).toBe(true);
    expect(await getDb().artifact.count({ where: { sha256: sha(image) } })).toBe(1);
    expect(await coming()).toEqual([]);
    const events = await getDb().auditEvent.findMany({ where: { objectId: idOf(url) }, orderBy: { seq: 'asc' } });
    expect(events.map(({ name, actorId }) => [name, actorId])).toEqual([
      ['upload.started', world.person.userId],
      ['upload.received', world.person.userId],
    ]);
    // Who asks late hears that everything is here; once more is no second time.
    expect(await world.offsetOf(idOf(url))).toEqual([200, 3_000_000]);
    await finishUpload(systemActor('test'), idOf(url));
    expect((await world.send(`/uploads/${idOf(url)}`, { method: 'DELETE' })).status).toBe(400);
  });

  it('survives a restart of the server, and goes on at another web program', async () => {
    const image = randomBytes(2_000_000);
    const first = await startWeb();
    const id = await world.begin(image.length, { sha256: sha(image) });
    await world.hang(id, 0, image.subarray(0, 700_000), image.length, first.base);
    await first.kill();
    const second = await startWeb();
    expect(await world.offsetOf(id, second.base)).toEqual([200, 700_000]);
    expect((await world.patch(id, 700_000, image.subarray(700_000, 1_500_000), { at: second.base })).status).toBe(204);
    expect((await world.patch(id, 1_500_000, image.subarray(1_500_000))).status).toBe(204);
    expect(await row(id)).toMatchObject({ state: 'checking', artifactSha256: sha(image) });
    await second.kill();
  });

  it('whose old connection hangs, at this program or another, is taken over by who comes back', async () => {
    const other = await startWeb();
    for (const at of [world.base, other.base]) {
      const image = randomBytes(100_000);
      const id = await world.begin(image.length);
      const old = await world.hang(id, 0, image.subarray(0, 30_000), image.length);
      expect(await world.offsetOf(id, at)).toEqual([200, 30_000]);
      expect((await world.patch(id, 30_000, image.subarray(30_000), { at })).status).toBe(204);
      expect((await row(id)).artifactSha256).toBe(sha(image));
      old.destroy();
    }
    await other.kill();
  });

  it('continues after a cut from the last byte that came, and a length that lies does not matter', async () => {
    const image = randomBytes(50_000);
    const id = await world.begin(image.length);
    (await world.hang(id, 0, image.subarray(0, 20_000), 45_000)).destroy();
    await until(async () => (await row(id)).offsetBytes === 20_000n);
    expect(await codeOf(await world.patch(id, 10_000, image.subarray(10_000)))).toEqual([409, 'CONFLICT']);
    // More than was announced.
    expect(await codeOf(await world.patch(id, 20_000, randomBytes(30_001)))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await world.offsetOf(id)).toEqual([200, 20_000]);
    expect((await world.patch(id, 20_000, image.subarray(20_000))).status).toBe(204);
    expect((await row(id)).artifactSha256).toBe(sha(image));
  });

  it('that is not what was declared is rejected, and nothing stays', async () => {
    const image = randomBytes(10_000);
    const id = await world.begin(image.length, { sha256: sha(randomBytes(1)) });
    expect(await codeOf(await world.patch(id, 0, image))).toEqual([422, 'CHECKSUM_MISMATCH']);
    expect(await row(id)).toMatchObject({ state: 'rejected', artifactSha256: null, error: expect.stringContaining('SHA-256') });
    expect([await coming(), await getArtifactStore().has(sha(image))]).toEqual([[], false]);
    expect((await world.offsetOf(id))[0]).toBe(410);
  });

  it('is given up by its sender, and nothing stays', async () => {
    const id = await world.begin(1000);
    await world.patch(id, 0, randomBytes(500));
    expect((await world.send(`/uploads/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect([(await row(id)).state, await coming()]).toEqual(['aborted', []]);
    expect((await world.patch(id, 500, randomBytes(500))).status).toBe(410);
  });
});

it('a client that closes its half does not keep the lock', async () => {
  const id = await world.begin(1000);
  const socket = connect(Number(new URL(world.base).port), '127.0.0.1');
  const head = [
    'PATCH',
    `/uploads/${id}`,
    'HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: 1000\r\n',
  ].join(' ');
  socket.write(`${head}Authorization: Bearer ${world.person.token}\r\nContent-Type: application/offset+octet-stream\r\n\r\nabc`);
  await until(async () => (await sizeOnDisk(id)) === 3);
  socket.end();
  await until(async () => (await row(id)).offsetBytes === 3n);
  expect((await world.patch(id, 3, randomBytes(997))).status).toBe(204);
});

describe('who may', () => {
  it('nobody without a name, without the permission, or another than who began it', async () => {
    const begun = { headers: { 'upload-length': '10' } };
    expect(await codeOf(await world.send('/uploads', { headers: { ...begun.headers, authorization: 'Bearer no' } }))).toEqual([
      401,
      'UNAUTHENTICATED',
    ]);
    expect(await codeOf(await world.send('/uploads', { ...begun, as: await makePerson('viewer') }))).toEqual([403, 'FORBIDDEN']);
    const id = await world.begin(10);
    const stranger = await makePerson('admin');
    for (const method of ['HEAD', 'DELETE'] as const)
      expect((await world.send(`/uploads/${id}`, { method, as: stranger })).status).toBe(404);
    expect(await codeOf(await world.patch(id, 0, randomBytes(10), { as: stranger }))).toEqual([404, 'NOT_FOUND']);
    expect(await codeOf(await world.patch('../secret', 0, randomBytes(10)))).toEqual([404, 'NOT_FOUND']);
    expect((await row(id)).state).toBe('receiving');
    expect((await world.patch(id, 0, randomBytes(10))).status).toBe(204);
  });

  it('a session only from a page of this server', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`${world.base}/uploads`, {
        method: 'POST',
        headers: { 'tus-resumable': '1.0.0', 'upload-length': '10', cookie: `${SESSION_COOKIE}=${world.person.sessionToken}`, ...headers },
      });
    expect(await codeOf(await ask({}))).toEqual([403, 'FORBIDDEN']);
    expect(await codeOf(await ask({ origin: 'https://evil.example' }))).toEqual([403, 'FORBIDDEN']);
    const own = await ask({ origin: world.base });
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([201, null]);
  });

  it('for a gateway only where it is in sight', async () => {
    const headers = { 'upload-length': '10', 'upload-metadata': metadata({ gateway_id: randomUUID() }) };
    expect(await codeOf(await world.send('/uploads', { headers }))).toEqual([404, 'GATEWAY_NOT_FOUND']);
  });
});
