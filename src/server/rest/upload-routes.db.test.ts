import { createHash, randomInt, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { uploadVerifyResponseSchema } from '#/protocol/rest/upload';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import { addSignature } from '../releases/add-signature';
import { createDraft } from '../releases/create-draft';
import { dropSignature } from '../releases/drop-signature';
import { readRelease } from '../releases/read-release';
import { ownArtifactFolder } from '../testing/artifact-folder';
import { makeGateway, makePerson } from '../testing/fleet-rows';
import { handleRest, REST_PREFIXES } from './handle-rest';
import { call } from './testing/rest-world';

const folder = ownArtifactFolder();

const newVersion = () => `v5.${randomInt(1_000_000)}.${randomInt(1_000_000)}-custom`;
const imageOf = (version: string, hardware?: string[]) => {
  const manifest = { version, build_id: 'b1', kernel: '6.6.1', os_version: '5.1', ...(hardware ? { hardware } : {}) };
  return Buffer.concat([encodeImageManifest(manifest), Buffer.from(randomUUID()), Buffer.alloc(8000, 7)]);
};
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const blobs = async () => (await readdir(folder(), { recursive: true, withFileTypes: true })).filter((one) => one.isFile()).length;

async function send(token: string, parts: [string, string | Buffer][], headers: Record<string, string> = {}) {
  const form = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)]), 'custom.img');
  }
  const request = new Request(`http://localhost:3000${REST_PREFIXES[0]}/upload/verify`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  const response = await handleRest(request, { ip: '127.0.0.1' });
  const body = (await response.json()) as Record<string, unknown>;
  if (response.ok) uploadVerifyResponseSchema.parse(body);
  return { status: response.status, body };
}

/** The verdict of a rejected upload is kept, and nothing of its image. */
async function expectGone(uploadId: unknown, sha256: string, error: unknown) {
  expect(await getDb().upload.findUniqueOrThrow({ where: { id: String(uploadId) } })).toMatchObject({
    ...{ state: 'rejected', artifactSha256: null, error },
  });
  expect([await getArtifactStore().has(sha256), await getDb().artifact.count({ where: { sha256 } })]).toEqual([false, 0]);
}

async function world() {
  const gateway = await makeGateway();
  await getDb().slot.createMany({
    data: ['A', 'B'].map((id) => ({ gatewayId: gateway.id, id, version: 'v1.0.0', status: 'ready', sizeBytes: 512e6, usedBytes: 1000 })),
  });
  const { token, actor } = await makePerson('operator', { siteId: gateway.siteId, gatewayId: gateway.id });
  return { gateway, token, actor };
}

describe('POST /upload/verify', () => {
  it('judges an image by what is in it, in any order of parts, and deploys it', async () => {
    const { gateway, token, actor } = await world();
    const version = newVersion();
    const image = imageOf(version, ['h']);
    const { status, body } = await send(token, [
      ['checksum', `sha256:${sha(image)}`],
      ['file', image],
      ['version', version],
    ]);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        status: 'verified',
        file: {
          name: 'custom.img',
          size_bytes: image.length,
          checksum: `sha256:${sha(image)}`,
          version,
          format: 'raw',
          compression: 'none',
        },
        metadata: { kernel: '6.6.1', build_id: 'b1', signature: 'unsigned', compatibility: 'compatible', architecture: null },
        validation: { signature_valid: null, checksum_valid: true, hardware_compatible: true, size_adequate: true },
      },
    });
    const order = { filename: 'custom.img', version, target_partition: 'B' };
    const wrongSlot = await call('POST', '/upload/deploy', { token, body: { ...order, target_partition: 'A' } });
    expect([wrongSlot.status, wrongSlot.body.error_code]).toEqual([400, 'OTA_008']);
    const deployed = await call('POST', '/upload/deploy', { token, body: order });
    expect(deployed).toMatchObject({ status: 200, body: { status: 'deploying', version, target_partition: 'B' } });
    const job = await getDb().job.findUniqueOrThrow({ where: { id: String(deployed.body.job_id) } });
    expect(job).toMatchObject({
      artifactSha256: sha(image),
      releaseId: null,
      installationId: deployed.body.deployment_id,
      initiatedBy: actor.name,
    });
    expect(job).toMatchObject({ gatewayId: gateway.id, intent: 'install', toVersion: version, targetSlot: 'B' });
    const again = await call('POST', '/upload/deploy', { token, body: order });
    expect([again.status, again.body.error_code]).toEqual([409, 'OTA_001']);
  });

  it.each([
    [
      'another checksum',
      (version: string) => [
        ['file', imageOf(version)],
        ['checksum', 'a'.repeat(64)],
      ],
      'checksum',
      'OTA_007',
    ],
    ['another version', () => [['file', imageOf('v9.9.9')]], 'says that it is v9.9.9', 'OTA_005'],
    ['other hardware', (version: string) => [['file', imageOf(version, ['rev-z'])]], 'does not fit', 'OTA_005'],
    [
      'a signature that is none',
      (version: string) => [
        ['file', imageOf(version)],
        ['signature', 'nonsense'],
      ],
      'signature',
      'OTA_006',
    ],
  ] as [string, (version: string) => [string, string | Buffer][], string, string][])(
    'rejects %s with 200 and one sentence, and it is not deployed',
    async (_name, parts, words, code) => {
      const { token } = await world();
      const version = newVersion();
      const { status, body } = await send(token, [['version', version], ...parts(version)]);
      expect({ status, verdict: body.status }).toEqual({ status: 200, verdict: 'rejected' });
      expect(body.error).toContain(words);
      await expectGone(body.upload_id, (body.file as { checksum: string }).checksum.slice(7), body.error);
      const deployed = await call('POST', '/upload/deploy', { token, body: { filename: 'custom.img', version, target_partition: 'B' } });
      expect([deployed.status, deployed.body.error_code]).toEqual([422, code]);
    },
  );

  it('rubbish sent as a signature is held against its own upload, and against nobody else’s of the same bytes', async () => {
    const [vandal, other] = [await world(), await world()];
    const version = newVersion();
    const image = imageOf(version);
    const parts: [string, string | Buffer][] = [
      ['file', image],
      ['version', version],
    ];
    expect((await send(vandal.token, [...parts, ['signature', 'nonsense']])).body.status).toBe('rejected');
    const { body } = await send(other.token, parts);
    expect(body).toMatchObject({ status: 'verified', metadata: { signature: 'unsigned' } });
    expect((await send(vandal.token, [...parts, ['signature', 'nonsense']])).body.status).toBe('rejected');
    const { actor } = await makePerson('release_manager');
    const about = { version, channel: 'nightly', type: 'hotfix', severity: 'low', description: 'A test', hardware: [version] } as const;
    const { releaseId } = await createDraft(actor, { ...about, hardware: [version], uploadId: String(body.upload_id) });
    const draft = await readRelease(actor, releaseId);
    expect(draft).toMatchObject({ signature: 'unverified', signatures: [], readiness: { missing: [] } });
    // What its own people add to it is.
    await addSignature(actor, { releaseId, body: Buffer.from('nonsense').toString('base64') });
    expect(await readRelease(actor, releaseId)).toMatchObject({ signature: 'invalid', signatures: [{ verdict: 'invalid' }] });
    expect((await send(other.token, parts)).body).toMatchObject({ status: 'verified', metadata: { signature: 'unsigned' } });
    const [wrong] = (await readRelease(actor, releaseId)).signatures;
    await dropSignature(actor, { releaseId, signatureId: wrong?.id ?? '' });
    expect(await readRelease(actor, releaseId)).toMatchObject({ signature: 'unverified', signatures: [] });
    await expect(dropSignature(actor, { releaseId, signatureId: wrong?.id ?? '' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('of what is no image nothing stays; of rejected bytes that somebody else sends at the same moment his do', async () => {
    const { token } = await world();
    const version = newVersion();
    const torn = gzipSync(imageOf(version)).subarray(0, 100);
    const refused = await send(token, [
      ['version', version],
      ['file', torn],
    ]);
    expect([refused.status, refused.body.error_code]).toEqual([422, 'OTA_005']);
    const upload = await getDb().upload.findFirstOrThrow({ where: { version } });
    await expectGone(upload.id, sha(torn), expect.any(String));
    const image = imageOf(version);
    const parts: [string, string | Buffer][] = [
      ['version', version],
      ['file', image],
    ];
    const wrong: typeof parts = [...parts, ['checksum', 'a'.repeat(64)]];
    const answers = await Promise.all([wrong, parts].map((one) => send(token, one)));
    expect(answers.map(({ body }) => body.status)).toEqual(['rejected', 'verified']);
    expect(await getArtifactStore().has(sha(image))).toBe(true);
    const named = await getDb().upload.findMany({ where: { artifactSha256: sha(image) }, select: { id: true } });
    expect(named).toEqual([{ id: answers[1]?.body.upload_id }]);
  });

  it('a signature that is too long is refused before the image is kept', async () => {
    const { token } = await world();
    const [version, before] = [newVersion(), await blobs()];
    const { status } = await send(token, [
      ['version', version],
      ['file', imageOf(version)],
      ['signature', Buffer.alloc(65 * 1024)],
    ]);
    expect([status, await blobs(), await getDb().upload.count({ where: { version } })]).toEqual([413, before, 0]);
  });

  it('refuses what is not even a verdict, and keeps nothing of it', async () => {
    const { token } = await world();
    const before = await blobs();
    const version = newVersion();
    expect((await send(token, [['version', version]])).status).toBe(400);
    expect((await send(token, [['file', imageOf(version)]])).status).toBe(400);
    expect(
      (
        await send(token, [
          ['file', imageOf(version)],
          ['version', 'five'],
        ])
      ).status,
    ).toBe(400);
    const json = await call('POST', '/upload/verify', { token, body: { version } });
    expect([json.status, json.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    const viewer = await makePerson('viewer');
    expect(
      (
        await send(viewer.token, [
          ['file', imageOf(version)],
          ['version', version],
        ])
      ).status,
    ).toBe(403);
    expect(await blobs()).toBe(before);
  });

  it('one’s own and the site’s files only; a foreign gateway does not exist', async () => {
    const { token } = await world();
    const version = newVersion();
    expect(
      (
        await send(token, [
          ['file', imageOf(version)],
          ['version', version],
        ])
      ).body.status,
    ).toBe('verified');
    const elsewhere = await world();
    const order = { filename: 'custom.img', version, target_partition: 'B' };
    expect((await call('POST', '/upload/deploy', { token: elsewhere.token, body: order })).body.error_code).toBe('OTA_005');
    const foreign = await send(
      token,
      [
        ['file', imageOf(version)],
        ['version', version],
      ],
      { 'x-gateway-id': elsewhere.gateway.id },
    );
    expect(foreign.status).toBe(404);
  });

  it('deploys one’s own file of a name, not a newer one of somebody else; and none whose signature ended', async () => {
    const { gateway, token } = await world();
    const colleague = await makePerson('operator', { siteId: gateway.siteId, gatewayId: gateway.id });
    const version = newVersion();
    const bring = async (who: string) => {
      const image = imageOf(version);
      await send(who, [
        ['file', image],
        ['version', version],
      ]);
      return sha(image);
    };
    const mine = await bring(token);
    await bring(colleague.token);
    const signed = { artifactSha256: mine, kind: 'gpg', body: Buffer.from('x'), reason: 'test', addedBy: 'test' };
    const { id } = await getDb().artifactSignature.create({ data: { ...signed, verdict: 'revoked' } });
    const body = { filename: 'custom.img', version, target_partition: 'B', verify_before_deploy: false };
    expect((await call('POST', '/upload/deploy', { token, body })).body.error_code).toBe('OTA_006');
    await getDb().artifactSignature.delete({ where: { id } });
    expect((await call('POST', '/upload/deploy', { token, body })).status).toBe(200);
    expect(await getDb().job.findFirstOrThrow({ where: { gatewayId: gateway.id } })).toMatchObject({ artifactSha256: mine });
  });

  it('the same key and form give the first answer again, another form does not', async () => {
    const { token } = await world();
    const version = newVersion();
    const parts: [string, string | Buffer][] = [
      ['file', imageOf(version)],
      ['version', version],
    ];
    const headers = { 'idempotency-key': randomUUID() };
    const first = await send(token, parts, headers);
    expect((await send(token, parts, headers)).body.upload_id).toBe(first.body.upload_id);
    expect(
      (
        await send(
          token,
          [
            ['file', imageOf(version)],
            ['version', version],
          ],
          headers,
        )
      ).body.code,
    ).toBe('IDEMPOTENCY_CONFLICT');
  });
});
