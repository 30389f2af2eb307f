import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import { inspectUpload } from './inspect-upload';
import { chunks, coming, row, setEnv } from './testing/upload-world';

it('an image whose content has no room stays to be looked into, says why, and leaves nothing behind; with room it is looked into', async ({
  skip,
}) => {
  const disk = await mkdtemp(join(tmpdir(), 'fairlead-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'pipe' });
  } catch {
    await rm(disk, { recursive: true });
    skip('only who may mount has a disk that is full');
  }
  setEnv({ ARTIFACT_FOLDER: disk });
  try {
    const manifest = encodeImageManifest({ version: 'v0.0.2', build_id: 'b', kernel: '6.6', os_version: 'Demo' });
    const image = gzipSync(Buffer.concat([manifest, randomBytes(1000), Buffer.alloc(3_000_000)]));
    const { sha256, sizeBytes } = await getArtifactStore().put(chunks(image));
    await getDb().artifact.create({ data: { sha256, sizeBytes } });
    const about = { ownerId: randomUUID(), owner: 'x', fileName: 'a.img.gz', expiresAt: new Date(Date.now() + 60_000) };
    const { id } = await getDb().upload.create({ data: { ...about, sizeBytes, state: 'checking', artifactSha256: sha256 } });
    await expect(inspectUpload(id)).rejects.toMatchObject({ code: 'INSUFFICIENT_DISK_SPACE' });
    expect(await row(id)).toMatchObject({ state: 'checking', error: expect.stringMatching(/no room for the image .* tried again/) });
    expect(await coming()).toEqual([]);
    execFileSync('mount', ['-o', 'remount,size=8m', disk]);
    await inspectUpload(id);
    expect(await row(id)).toMatchObject({ state: 'verified', error: null, verdict: { file: { version: 'v0.0.2', compression: 'gzip' } } });
    expect(await coming()).toEqual([]);
  } finally {
    setEnv({ ARTIFACT_FOLDER: undefined });
    execFileSync('umount', [disk]);
    await rm(disk, { recursive: true });
  }
});
