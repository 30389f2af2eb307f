import { randomBytes, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { versionSortKey } from '#/domain/releases/version';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import { inspectNextImage } from './inspect-next-image';

async function release(bytes: Uint8Array): Promise<string> {
  const { sha256, sizeBytes } = await getArtifactStore().put(
    (async function* () {
      yield bytes;
    })(),
  );
  const version = `v0.0.1-look.${randomUUID().slice(0, 8)}`;
  await getDb().artifact.create({ data: { sha256, sizeBytes } });
  const about = { channel: 'nightly', type: 'feature', severity: 'low', description: 'x', state: 'draft', releasedAt: new Date() };
  await getDb().release.create({ data: { ...about, version, versionSortKey: versionSortKey(version), artifactSha256: sha256 } });
  return sha256;
}

it('an image that nobody has looked into is looked into; one that is none is not tried again at once', async () => {
  const manifest = { version: 'v0.0.1', build_id: 'b', kernel: '6.6', os_version: 'Demo' };
  const good = await release(Buffer.concat([encodeImageManifest(manifest), randomBytes(4096)]));
  const bad = await release(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), randomBytes(64)]));
  // Others may have left images too.
  for (let tries = 0; tries < 200 && (await inspectNextImage()); tries += 1);
  const rows = await getDb().artifact.findMany({ where: { sha256: { in: [good, bad] } } });
  const of = (sha256: string) => rows.find((row) => row.sha256 === sha256);
  expect(of(good)).toMatchObject({ format: 'raw', compression: 'none', facts: { version: 'v0.0.1', kernel: '6.6' } });
  expect(of(bad)?.facts).toBeNull();
  expect(of(bad)?.inspectedAt).not.toBeNull();
});
