import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deltaOfferSchema } from '#/protocol/delta/delta-offer';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { decodeIndex } from '#/protocol/delta/index-layout';
import { incomingFolder } from '../artifacts/artifact-folder';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import { answerDevice } from '../device/device-door';
import { ownArtifactFolder } from '../testing/artifact-folder';
import { makeGateway } from '../testing/fleet-rows';
import { inspectArtifact } from '../uploads/inspect-artifact';
import { claimImage } from './claim-index';
import { makeNextIndex } from './make-index';
import { findXdelta3, makeNextPatch } from './make-patch';

ownArtifactFolder();
const never = new AbortController().signal;
const server = createServer((request, response) => {
  const context = { path: request.url ?? '', peer: () => ({ ip: '127.0.0.1' }), mqttUrl: 'mqtt://broker' };
  void Promise.resolve(answerDevice(request, response, context)).catch(() => response.destroy());
});
let base = '';
let basic = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/device/v1/artifacts`;
  const gateway = await makeGateway();
  basic = `Basic ${Buffer.from(`${gateway.id}:${gateway.secret}`).toString('base64')}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function publish(bytes: Uint8Array, key: string = randomUUID(), state = 'published'): Promise<string> {
  const { sha256, sizeBytes } = await getArtifactStore().put(
    (async function* () {
      yield bytes;
    })(),
  );
  await publishRow(sha256, sizeBytes, key, state);
  return sha256;
}

async function publishRow(sha256: string, sizeBytes: number, key: string = randomUUID(), state = 'published'): Promise<void> {
  await getDb().artifact.create({ data: { sha256, sizeBytes: BigInt(sizeBytes) } });
  // Its sort keys are above all versions: no gateway of another test may fit it.
  const text = { channel: 'stable', type: 'feature', severity: 'normal', description: '', hardware: ['delta test'] };
  const version = `v1.0.0-${randomUUID()}`;
  await getDb().release.create({ data: { version, versionSortKey: key, ...text, artifactSha256: sha256, state, releasedAt: new Date() } });
}

const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${base}/${path}`, { headers: { authorization: basic, ...headers } });
const rowOf = (artifactSha256: string) => getDb().deltaIndex.findUniqueOrThrow({ where: { artifactSha256 } });

describe('the index of a published image', () => {
  it('is made once, and is served to who may have the image, by ranges', async () => {
    const image = Buffer.concat([randomBytes(70_000), Buffer.alloc(50_000, 'gateway '), randomBytes(30_000)]);
    const sha256 = await publish(image);
    expect((await ask(`${sha256}/delta`)).status).toBe(404);
    expect(await makeNextIndex(never, sha256)).toBe(sha256);
    expect(await makeNextIndex(never, sha256)).toBeNull();
    expect(await rowOf(sha256)).toMatchObject({ state: 'ready', kind: 'blocks', blockCount: Math.ceil(image.length / 4096), attempts: 1 });

    const offer = deltaOfferSchema.parse(await (await ask(`${sha256}/delta`)).json());
    const index = decodeIndex(new Uint8Array(await (await ask(`${sha256}/delta/index`)).arrayBuffer()));
    expect(index).toMatchObject({
      artifactSha256: sha256,
      contentSha256: sha256,
      contentBytes: image.length,
      dataBytes: offer.data?.sizeBytes,
    });
    // Every group by a range of its own gives the image again.
    const groups: Buffer[] = [];
    let [at, start] = [0, 0];
    for (const bytes of index.groupBytes) {
      const part = await ask(`${sha256}/delta/data`, { range: `bytes=${start}-${start + bytes - 1}` });
      expect(part.status).toBe(206);
      const packed = Buffer.from(await part.arrayBuffer());
      const size = Math.min(index.groupBlocks * index.blockBytes, image.length - at);
      groups.push(packed.length === size ? packed : zstdDecompressSync(packed));
      at += size;
      start += bytes;
    }
    expect(Buffer.concat(groups).equals(image)).toBe(true);

    expect((await ask(`${sha256}/delta`, { authorization: 'Basic Zm9vOmJhcg==' })).status).toBe(401);
    for (const path of ['delta/nothing', 'delta/index/more', `patch/${sha256}`, 'other']) {
      expect((await ask(`${sha256}/${path}`)).status).toBe(404);
    }
    await getDb().release.updateMany({ where: { artifactSha256: sha256 }, data: { state: 'withdrawn' } });
    const other = await makeGateway();
    const theirs = `Basic ${Buffer.from(`${other.id}:${other.secret}`).toString('base64')}`;
    expect((await ask(`${sha256}/delta/data`, { authorization: theirs })).status).toBe(404);
  });

  it('is of chunks for SquashFS, and there is none for what is compressed or tiny', async () => {
    const squashfs = await publish(Buffer.concat([Buffer.from('hsqs'), randomBytes(200_000)]));
    const gzip = await publish(Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), randomBytes(100_000)]));
    const tiny = await publish(randomBytes(900));
    for (const sha256 of [squashfs, gzip, tiny]) await makeNextIndex(never, sha256);
    expect(await rowOf(squashfs)).toMatchObject({ state: 'ready', kind: 'chunks' });
    expect(await rowOf(gzip)).toMatchObject({ state: 'unsuited', error: expect.stringContaining('gzip') });
    expect(await rowOf(tiny)).toMatchObject({ state: 'unsuited' });
    expect((await ask(`${gzip}/delta`)).status).toBe(404);
  });

  it('is of what a compressed image unpacks to, once that is known', async () => {
    const manifest = encodeImageManifest({ version: 'v1.0.0', build_id: 'b', kernel: '6.6', os_version: 'Test' });
    const image = Buffer.concat([manifest, randomBytes(70_000), Buffer.alloc(50_000, 'gateway ')]);
    const sha256 = await publish(gzipSync(image));
    await getDb().artifact.update({ where: { sha256 }, data: { compression: 'gzip' } });
    expect(await makeNextIndex(never, sha256)).toBeNull();
    expect(await inspectArtifact(sha256)).toMatchObject({ compression: 'gzip', contentSizeBytes: image.length });
    expect(await makeNextIndex(never, sha256)).toBe(sha256);
    expect(await rowOf(sha256)).toMatchObject({ state: 'ready', kind: 'blocks', blockCount: Math.ceil(image.length / 4096) });
    const index = decodeIndex(new Uint8Array(await (await ask(`${sha256}/delta/index`)).arrayBuffer()));
    const contentSha256 = createHash('sha256').update(image).digest('hex');
    expect(index).toMatchObject({ artifactSha256: sha256, contentSha256, contentBytes: image.length });
  });

  it('is not made of a draft; of several controllers one makes it; a dead one is followed after a minute', async () => {
    expect(await claimImage(await publish(randomBytes(70_000), randomUUID(), 'draft'))).toBeNull();
    const sha256 = await publish(randomBytes(70_000));
    const claims = await Promise.all(Array.from({ length: 5 }, () => claimImage(sha256)));
    expect(claims.filter((claim) => claim !== null)).toEqual([{ sha256, sizeBytes: 70_000 }]);
    await getDb().deltaIndex.update({ where: { artifactSha256: sha256 }, data: { startedAt: new Date(Date.now() - 90_000) } });
    await makeNextIndex(never, sha256);
    expect(await rowOf(sha256)).toMatchObject({ state: 'ready', attempts: 2 });
  });

  it('is left to the next one when the controller stops, and given up after three failures', async () => {
    const sha256 = await publish(randomBytes(300_000));
    const stop = new AbortController();
    stop.abort(new Error('the controller stops'));
    await makeNextIndex(stop.signal, sha256);
    expect(await rowOf(sha256)).toMatchObject({ state: 'building', attempts: 0 });

    const lost = randomBytes(32).toString('hex');
    await publishRow(lost, 300_000);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect(await makeNextIndex(never, lost)).toBe(lost);
      await getDb().deltaIndex.update({ where: { artifactSha256: lost }, data: { startedAt: new Date(0) } });
    }
    expect(await rowOf(lost)).toMatchObject({ state: 'failed', attempts: 3, error: 'the image is not in the store' });
    expect(await makeNextIndex(never, lost)).toBeNull();
  });
});

describe('a patch', () => {
  it('is made from the release before, once both have an index', async () => {
    const program = await findXdelta3();
    if (program === null) throw new Error('xdelta3 is not installed: npm test installs it');
    const image = randomBytes(200_000);
    const changed = Buffer.concat([image.subarray(0, 90_000), Buffer.from('news'), image.subarray(90_000)]);
    // Sorts behind every other release of this database, the older one right before the newer.
    const key = `zz${randomUUID()}`;
    const [from, to] = [await publish(image, `${key}1`), await publish(changed, `${key}2`)];
    expect(await makeNextPatch(program, never, to)).toBe(false);
    for (const sha256 of [from, to]) await makeNextIndex(never, sha256);
    expect(await makeNextPatch(program, never, to)).toBe(true);
    const offer = deltaOfferSchema.parse(await (await ask(`${to}/delta`)).json());
    const patch = offer.patches.find((one) => one.fromSha256 === from);
    expect(patch).toMatchObject({ fromSizeBytes: image.length });
    expect(patch?.sizeBytes).toBeLessThan(1000);
    const bytes = Buffer.from(await (await ask(`${to}/patch/${from}`)).arrayBuffer());
    // VCDIFF, as RFC 3284 begins it.
    expect([...bytes.subarray(0, 3)]).toEqual([0xd6, 0xc3, 0xc4]);
    expect(bytes.length).toBe(patch?.sizeBytes);
  });

  it('leads from content to content, whatever the two are compressed with, and real xdelta3 makes the one from the other', async () => {
    const program = (await findXdelta3()) ?? '';
    const manifest = encodeImageManifest({ version: 'v1.0.0', build_id: 'b', kernel: '6.6', os_version: 'Test' });
    const image = Buffer.concat([manifest, randomBytes(100_000)]);
    const changed = Buffer.concat([image.subarray(0, 90_000), Buffer.from('news'), image.subarray(90_000)]);
    const key = `zz${randomUUID()}`;
    const [from, to] = [await publish(gzipSync(image), `${key}1`), await publish(zstdCompressSync(changed), `${key}2`)];
    for (const sha256 of [from, to]) {
      await inspectArtifact(sha256);
      await makeNextIndex(never, sha256);
    }
    // No disk takes it unpacked: it is not given up, and comes when the claim has run out.
    const sized = (contentSizeBytes: bigint) => getDb().artifact.update({ where: { sha256: to }, data: { contentSizeBytes } });
    await sized(2n ** 60n);
    const pair = { fromSha256: from, toSha256: to };
    while (await makeNextPatch(program, never, to));
    expect(await getDb().deltaPatch.findFirst({ where: pair })).toMatchObject({ state: 'building' });
    await sized(BigInt(changed.length));
    await getDb().deltaPatch.updateMany({ where: pair, data: { createdAt: new Date(Date.now() - 32 * 60_000) } });
    expect(await makeNextPatch(program, never, to)).toBe(true);
    const { patches } = deltaOfferSchema.parse(await (await ask(`${to}/delta`)).json());
    const fromSha256 = createHash('sha256').update(image).digest('hex');
    expect(patches).toMatchObject([{ fromSha256, fromSizeBytes: image.length }]);
    expect((await ask(`${to}/patch/${from}`)).status).toBe(404);
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-patch-'));
    await writeFile(join(folder, 'from'), image);
    await writeFile(join(folder, 'patch'), Buffer.from(await (await ask(`${to}/patch/${fromSha256}`)).arrayBuffer()));
    const made = execFileSync(program, ['-d', '-c', '-s', join(folder, 'from'), join(folder, 'patch')]);
    await rm(folder, { recursive: true });
    expect(made.equals(changed)).toBe(true);
    // Nothing of what was unpacked stays behind.
    expect((await readdir(incomingFolder())).filter((name) => name.startsWith('copy-'))).toEqual([]);
  });
});
