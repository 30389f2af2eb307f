import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incomingFolder } from '../artifacts/artifact-folder';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import { keepUploads, sweepIncoming } from './keep-uploads';
import { chunks, codeOf, coming, makeUploadWorld, metadata, row, setEnv, sha } from './testing/upload-world';
import { writeUpload } from './upload-file';
import { UploadLocks } from './upload-locks';

let world: Awaited<ReturnType<typeof makeUploadWorld>>;
beforeAll(async () => {
  world = await makeUploadWorld();
});
afterAll(() => world.end());

/** Whether this user may have a file system of his own. */
function canMount(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'fairlead-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'pipe' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(probe);
  }
}

describe('limits', () => {
  it('what is too large, empty or of no length is refused before a byte comes', async () => {
    const before = (await coming()).length;
    const ask = async (headers: Record<string, string>) => codeOf(await world.send('/uploads', { headers }));
    expect(await ask({ 'upload-length': '50000001' })).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await ask({ 'upload-length': '0' })).toEqual([400, 'VALIDATION_FAILED']);
    expect(await ask({})).toEqual([400, 'VALIDATION_FAILED']);
    expect(await ask({ 'upload-defer-length': '1' })).toEqual([501, 'VALIDATION_FAILED']);
    expect(await ask({ 'upload-length': '9', 'upload-metadata': metadata({ sha256: 'no' }) })).toEqual([400, 'VALIDATION_FAILED']);
    expect((await coming()).length).toBe(before);
  });

  it('the quota counts what uploads that run may still bring', async () => {
    const own = await mkdtemp(join(tmpdir(), 'fairlead-quota-'));
    // Other tests have uploads of their own in this database, small ones.
    const promised = await getDb().upload.aggregate({ where: { state: 'receiving' }, _sum: { sizeBytes: true, offsetBytes: true } });
    const others = Number((promised._sum.sizeBytes ?? 0n) - (promised._sum.offsetBytes ?? 0n));
    setEnv({ ARTIFACT_FOLDER: own, ARTIFACT_QUOTA_BYTES: String(others + 50_000_000) });
    try {
      const id = await world.begin(40_000_000);
      const refused = await world.send('/uploads', { headers: { 'upload-length': '30000000' } });
      expect(await codeOf(refused)).toEqual([409, 'INSUFFICIENT_DISK_SPACE']);
      await world.send(`/uploads/${id}`, { method: 'DELETE' });
      await world.begin(30_000_000);
    } finally {
      setEnv({ ARTIFACT_FOLDER: world.folder, ARTIFACT_QUOTA_BYTES: undefined });
      await rm(own, { recursive: true, force: true });
    }
  });
});

describe('a full disk', () => {
  it('while bytes come is one sentence, and gives the upload up', async () => {
    // A whole disk of its own needs a right that not everybody has; the kernel's device that is always full is everywhere.
    const id = await world.begin(1000);
    await expect(
      writeUpload(
        id,
        0,
        chunks(randomBytes(10)),
        async () => undefined,
        () => open('/dev/full', 'w'),
      ),
    ).rejects.toMatchObject({ code: 'INSUFFICIENT_DISK_SPACE' });
    await world.send(`/uploads/${id}`, { method: 'DELETE' });
  });

  it.skipIf(!canMount())('of its own: refused before and while it comes, and nothing is left behind', async () => {
    const disk = await mkdtemp(join(tmpdir(), 'fairlead-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    setEnv({ ARTIFACT_FOLDER: disk });
    try {
      expect(await codeOf(await world.send('/uploads', { headers: { 'upload-length': '3000000' } }))).toEqual([
        409,
        'INSUFFICIENT_DISK_SPACE',
      ]);
      const id = await world.begin(1_800_000);
      await writeFile(join(disk, 'somebody-else'), randomBytes(1_000_000));
      expect(await codeOf(await world.patch(id, 0, randomBytes(1_800_000)))).toEqual([409, 'INSUFFICIENT_DISK_SPACE']);
      expect(await row(id)).toMatchObject({ state: 'aborted', error: expect.stringContaining('no room') });
      expect(await coming()).toEqual([]);
      await expect(getArtifactStore().put(chunks(randomBytes(1_500_000)))).rejects.toMatchObject({ code: 'INSUFFICIENT_DISK_SPACE' });
      expect(await coming()).toEqual([]);
    } finally {
      setEnv({ ARTIFACT_FOLDER: world.folder });
      execFileSync('umount', [disk]);
      await rm(disk, { recursive: true });
    }
  });
});

describe('what is left', () => {
  it('an upload on which nothing comes expires; one that somebody sends does not', async () => {
    const [idle, busy] = [await world.begin(1000), await world.begin(1000)];
    const request = await world.hang(busy, 0, randomBytes(10), 1000);
    await getDb().upload.updateMany({ where: { id: { in: [idle, busy] } }, data: { expiresAt: new Date(0) } });
    const locks = new UploadLocks();
    await keepUploads(locks);
    await locks.close();
    expect([(await row(idle)).state, (await row(busy)).state]).toEqual(['expired', 'receiving']);
    expect((await coming()).filter((name) => name.endsWith(idle))).toEqual([]);
    request.destroy();
  });

  it('the image of an upload that was rejected before images of such were dropped goes, unless another upload has it', async () => {
    const store = getArtifactStore();
    const made = async (...states: string[]) => {
      const { sha256, sizeBytes } = await store.put(chunks(randomBytes(100)));
      await getDb().artifact.create({ data: { sha256, sizeBytes } });
      for (const state of states) {
        const id = await world.begin(100);
        await getDb().upload.update({ where: { id }, data: { state, artifactSha256: sha256 } });
      }
      return sha256;
    };
    const [gone, shared] = [await made('rejected'), await made('rejected', 'verified')];
    const locks = new UploadLocks();
    await keepUploads(locks);
    await locks.close();
    const uploads = await getDb().upload.findMany({ where: { artifactSha256: { in: [gone, shared] } }, select: { state: true } });
    expect(uploads).toEqual([{ state: 'verified' }]);
    expect([await store.has(gone), await store.has(shared)]).toEqual([false, true]);
    expect(await getDb().artifact.count({ where: { sha256: { in: [gone, shared] } } })).toBe(1);
  });

  it('a program that was killed before it said that all is here: the next turn finishes it', async () => {
    const image = randomBytes(5000);
    const id = await world.begin(image.length);
    await writeFile(join(incomingFolder(), `upload-${id}`), image);
    await getDb().upload.update({ where: { id }, data: { offsetBytes: image.length, touchedAt: new Date(Date.now() - 120_000) } });
    const locks = new UploadLocks();
    await keepUploads(locks);
    await locks.close();
    expect(await row(id)).toMatchObject({ state: 'checking', artifactSha256: sha(image) });
    expect((await coming()).filter((name) => name.endsWith(id))).toEqual([]);
  });

  it('files that nobody writes to are swept away, and no others', async () => {
    const id = await world.begin(1000);
    await mkdir(incomingFolder(), { recursive: true });
    const old = new Date(Date.now() - 2 * 3_600_000);
    const names = [
      `part-${randomUUID()}`,
      `upload-${randomUUID()}`,
      `part-${randomUUID()}`,
      `copy-${randomUUID()}`,
      'something-else',
      `upload-${id}`,
    ];
    for (const [at, name] of names.entries()) {
      await writeFile(join(incomingFolder(), name), 'x');
      if (at !== 2) await utimes(join(incomingFolder(), name), old, old);
    }
    expect(await sweepIncoming()).toBe(2);
    const left = await coming();
    expect(names.map((name) => left.includes(name))).toEqual([false, false, true, true, true, true]);
    expect(await sweepIncoming(Date.now() + 25 * 3_600_000)).toBeGreaterThanOrEqual(2);
    expect((await coming()).includes(`upload-${id}`)).toBe(true);
  });
});
