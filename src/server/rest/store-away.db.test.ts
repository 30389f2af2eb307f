/** OTA_009: the store that images come from and go to does not answer. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { getDb } from '../db/client';
import { handleRest, REST_PREFIXES } from './handle-rest';
import { call, makeWorld, putSignals } from './testing/rest-world';
import { walkJob } from './testing/walk-job';

const names = ['ARTIFACT_STORE_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const forget = () => {
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
};

beforeAll(() => {
  // A port that nobody listens on.
  const endpoint = encodeURIComponent('http://127.0.0.1:1');
  const values = [`s3://away/images?endpoint=${endpoint}&path_style=1`, 'key', 'secret'];
  for (const [index, name] of names.entries()) process.env[name] = values[index];
  forget();
});
afterAll(() => {
  for (const name of names) delete process.env[name];
  forget();
});

const unreachable = { status: 502, body: { error_code: 'OTA_009', code: 'UPDATE_SERVER_UNREACHABLE' } };

describe('while the artifact store is away', () => {
  it('an image is neither taken, nor deployed, nor ordered', async () => {
    const { gateway, operator, release } = await makeWorld();
    await putSignals(gateway.id);
    const order = { update_id: release.id, version: release.version, target_partition: 'B' };
    const wrong = await call('POST', '/updates/download', { token: operator, body: { ...order, target_partition: 'A' } });
    expect(wrong.body.error_code).toBe('OTA_008');
    expect(await call('POST', '/updates/download', { token: operator, body: order })).toMatchObject(unreachable);

    const form = new FormData();
    const manifest = { version: 'v9.0.0', build_id: 'b1', kernel: '6.6.1', os_version: '5.1' };
    form.append('file', new Blob([new Uint8Array(encodeImageManifest(manifest)), new Uint8Array(5000)]), 'away.img');
    form.append('version', 'v9.0.0');
    const headers = { authorization: `Bearer ${operator}` };
    const request = new Request(`http://localhost:3000${REST_PREFIXES[0]}/upload/verify`, { method: 'POST', body: form, headers });
    const verified = await handleRest(request, { ip: '127.0.0.1' });
    expect({ status: verified.status, body: await verified.json() }).toMatchObject(unreachable);

    const owner = await getDb().user.findFirstOrThrow({ where: { roles: { some: { siteId: gateway.siteId, role: 'operator' } } } });
    const data = { fileName: `${randomUUID()}.img`, version: 'v9.0.0', artifactSha256: release.artifactSha256, gatewayId: gateway.id };
    const kept = {
      owner: owner.email,
      ownerId: owner.id,
      siteId: gateway.siteId,
      state: 'verified',
      expiresAt: new Date(Date.now() + 60_000),
    };
    await getDb().upload.create({ data: { ...data, ...kept, sizeBytes: 1n, offsetBytes: 1n } });
    const body = { filename: data.fileName, version: 'v9.0.0', target_partition: 'B', verify_before_deploy: false };
    expect(await call('POST', '/upload/deploy', { token: operator, body })).toMatchObject(unreachable);
    expect(await getDb().job.count({ where: { gatewayId: gateway.id } })).toBe(0);
  });

  it('a download that the server did not serve fails with it', async () => {
    const { gateway, operator, release } = await makeWorld();
    const job = await getDb().job.create({
      data: {
        ...{
          id: `OTA-JOB-${randomUUID().slice(0, 6)}`,
          gatewayId: gateway.id,
          siteId: gateway.siteId,
          type: 'download',
          intent: 'download',
        },
        ...{ toVersion: release.version, targetSlot: 'B', options: {}, initiatedBy: 'a test', releaseId: release.id },
      },
    });
    await walkJob(job.id, ['accept', 'start_download', 'fail'], {
      errorCode: 'UPDATE_SERVER_UNREACHABLE',
      message: 'the server answered 502',
    });
    const { body } = await call('GET', `/updates/progress?job_id=${job.id}`, { token: operator });
    expect(body).toMatchObject({ status: 'failed', error: { error_code: 'OTA_009', message: 'the server answered 502' } });
  });
});
