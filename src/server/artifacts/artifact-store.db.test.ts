import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { until } from '../testing/until';
import { incomingFolder } from './artifact-folder';
import { getArtifactStore } from './get-store';
import { receiveFile } from './receive-file';
import { removeUnnamed } from './remove-unnamed';

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
async function* chunks(...parts: Uint8Array[]) {
  yield* parts;
}
let folder = '';

function setEnv(changes: Record<string, string | undefined>) {
  Object.assign(process.env, { ...changes });
  for (const [name, value] of Object.entries(changes)) if (value === undefined) delete process.env[name];
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
}

/** Every file of the store, what is coming included. */
async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-store-'));
  setEnv({ ARTIFACT_FOLDER: folder });
});
afterEach(async () => {
  setEnv({ ARTIFACT_FOLDER: undefined, ARTIFACT_QUOTA_BYTES: undefined });
  await rm(folder, { recursive: true, force: true });
});

describe('the folder store', () => {
  it('keeps a stream under its hash, and reads it whole and in parts', async () => {
    const bytes = randomBytes(700_001);
    const store = getArtifactStore();
    const kept = await store.put(chunks(bytes.subarray(0, 5), bytes.subarray(5)));
    expect(kept).toEqual({ sha256: sha(bytes), sizeBytes: bytes.length });
    expect(await files()).toEqual([kept.sha256]);
    const blob = await store.open(kept.sha256);
    if (!blob) throw new Error('what was kept is not there');
    expect(blob.sizeBytes).toBe(bytes.length);
    expect((await buffer(blob.read(0, bytes.length - 1))).equals(bytes)).toBe(true);
    expect((await buffer(blob.read(10, 600_000))).equals(bytes.subarray(10, 600_001))).toBe(true);
    blob.release();
    expect(await store.usedBytes()).toBe(bytes.length);
    const local = await store.localFile(kept.sha256);
    expect(local?.path.startsWith(folder)).toBe(true);
    await store.remove(kept.sha256);
    expect([await store.has(kept.sha256), await store.localFile(kept.sha256)]).toEqual([false, null]);
    expect(await files()).toEqual([]);
  });

  it('knows no other names, and none that leave the folder', async () => {
    const store = getArtifactStore();
    expect(await store.open('0'.repeat(64))).toBeNull();
    for (const name of ['../secret', 'A'.repeat(64), '']) await expect(store.open(name)).rejects.toThrow(RangeError);
  });

  it('a received file is looked at first: discarded, nothing of it stays; adopted, it is a blob', async () => {
    const store = getArtifactStore();
    const bytes = randomBytes(1000);
    const first = await store.receive(chunks(bytes));
    expect(first).toMatchObject({ sha256: sha(bytes), sizeBytes: 1000 });
    await first.discard();
    expect(await files()).toEqual([]);
    const second = await store.receive(chunks(bytes));
    await store.adopt(second.path, second);
    // Twice is once.
    await store.adopt(second.path, second);
    await second.discard();
    expect(await files()).toEqual([sha(bytes)]);
  });

  it('a source that fails, or is larger than allowed, leaves nothing behind', async () => {
    const store = getArtifactStore();
    async function* broken() {
      yield randomBytes(10);
      throw new Error('the line is gone');
    }
    await expect(store.put(broken())).rejects.toThrow('the line is gone');
    await expect(store.put(chunks(randomBytes(60), randomBytes(41)), { maxBytes: 100 })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      details: { max_bytes: 100 },
    });
    expect(await files()).toEqual([]);
    expect((await store.put(chunks(randomBytes(100)), { maxBytes: 100 })).sizeBytes).toBe(100);
  });

  it('a full disk is one sentence, and leaves nothing behind', async () => {
    // The kernel's own full disk, under the name of a new file.
    const onFullDisk = async (path: string) => {
      await writeFile(path, '');
      return open('/dev/full', 'w');
    };
    await expect(receiveFile(getArtifactStore(), chunks(randomBytes(10)), {}, onFullDisk)).rejects.toMatchObject({
      code: 'INSUFFICIENT_DISK_SPACE',
      message: `There is no room for the image in ${folder}.`,
    });
    expect(await files()).toEqual([]);
  });

  it('the quota counts what is kept and what is coming', async () => {
    setEnv({ ARTIFACT_FOLDER: folder, ARTIFACT_QUOTA_BYTES: '1000' });
    const store = getArtifactStore();
    await store.put(chunks(randomBytes(500)));
    await mkdir(incomingFolder(), { recursive: true });
    await writeFile(join(incomingFolder(), 'coming'), randomBytes(300));
    await expect(store.put(chunks(randomBytes(150), randomBytes(51)))).rejects.toMatchObject({
      code: 'INSUFFICIENT_DISK_SPACE',
      details: { quota_bytes: 1000 },
    });
    expect(await files()).toHaveLength(2);
    await store.put(chunks(randomBytes(200)));
    await expect(store.put(chunks(randomBytes(1)))).rejects.toMatchObject({ code: 'INSUFFICIENT_DISK_SPACE' });
  });

  it('the quota lets the first of several through that came together, and nothing stays of the others', async () => {
    setEnv({ ARTIFACT_FOLDER: folder, ARTIFACT_QUOTA_BYTES: '1000' });
    const store = getArtifactStore();
    let goOn = () => {};
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    async function* slow() {
      yield randomBytes(300);
      await gate;
      yield randomBytes(300);
    }
    const later = store.receive(slow());
    const refused = expect(later).rejects.toMatchObject({ code: 'INSUFFICIENT_DISK_SPACE' });
    const part = async () => (await readdir(incomingFolder()).catch(() => [])).length;
    await until(async () => (await part()) === 1 && (await stat(join(incomingFolder(), (await files())[0] ?? ''))).size === 300);
    const first = await store.receive(chunks(randomBytes(600)));
    goOn();
    await refused;
    expect(await files()).toEqual([basename(first.path)]);
    await store.adopt(first.path, first);
    await first.discard();
    // What makes room is known at once.
    await expect(store.put(chunks(randomBytes(600)))).rejects.toMatchObject({ code: 'INSUFFICIENT_DISK_SPACE' });
    await store.remove(first.sha256);
    await store.put(chunks(randomBytes(600)));
  });

  it('what nobody has named a day later is removed, unless it was kept again', async () => {
    const store = getArtifactStore();
    const [lost, named, again] = [randomBytes(100), randomBytes(100), randomBytes(100)];
    for (const bytes of [lost, named, again]) await store.put(chunks(bytes));
    await getDb().artifact.create({ data: { sha256: sha(named), sizeBytes: 100 } });
    expect(await removeUnnamed()).toBe(0);
    const tomorrow = Date.now() + 25 * 3_600_000;
    await getDb().keptBlob.update({ where: { sha256: sha(again) }, data: { startedAt: new Date(tomorrow) } });
    expect(await removeUnnamed(tomorrow)).toBeGreaterThan(0);
    expect((await files()).sort()).toEqual([sha(named), sha(again)].sort());
    expect(await getDb().keptBlob.findMany({ where: { sha256: { in: [lost, named, again].map(sha) } } })).toHaveLength(1);
  });

  it('a probe leaves nothing; one that cannot write says why', async () => {
    await getArtifactStore().probe();
    expect(await files()).toEqual([]);
    const file = join(folder, 'file');
    await writeFile(file, '');
    setEnv({ ARTIFACT_FOLDER: file });
    await expect(getArtifactStore().probe()).rejects.toThrow('ENOTDIR');
  });
});
