import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWholeFile, removeFileDurably, writeFileAtomic } from './atomic-file';
import { createNodeStorage } from './node-storage';
import type { CrashMode } from './power-cut';
import { SimDisk } from './sim-disk';
import { isDiskFull, type Storage } from './storage';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes));
const MODES: CrashMode[] = ['killed', 'finished', 'lost', 'torn'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-storage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each<[string, () => { storage: Storage; root: string }]>([
  ['node', () => ({ storage: createNodeStorage(), root: folder })],
  ['simulated', () => ({ storage: new SimDisk().storage(), root: '/d' })],
])('%s storage', (_name, make) => {
  it('writes whole files, reads, lists and removes them', async () => {
    const { storage, root } = make();
    const inner = join(root, 'a/b');
    await storage.makeFolder(inner);
    await writeFileAtomic(storage, join(inner, 'x'), bytesOf('a longer text'));
    await writeFileAtomic(storage, join(inner, 'x'), bytesOf('short'));
    expect(textOf(await readWholeFile(storage, join(inner, 'x')))).toBe('short');
    expect(await storage.list(inner)).toEqual(['x']);
    await removeFileDurably(storage, join(inner, 'x'));
    expect(await storage.list(inner)).toEqual([]);
    expect(await storage.list(join(root, 'nowhere'))).toEqual([]);
    expect(await readWholeFile(storage, join(inner, 'x'))).toBeNull();
  });

  it('reads and writes at positions', async () => {
    const { storage, root } = make();
    const file = await storage.open(join(root, 'f'), 'create');
    await file.write(bytesOf('0123456789'), 0);
    await file.write(bytesOf('AB'), 4);
    await file.truncate(8);
    const target = new Uint8Array(20);
    expect(await file.read(target, 2)).toBe(6);
    expect(textOf(target.subarray(0, 6))).toBe('23AB67');
    expect(await file.sizeBytes()).toBe(8);
    await file.sync();
    await file.close();
  });

  it('renames, lists and removes whole folders', async () => {
    const { storage, root } = make();
    const folder = join(root, 'tree');
    for (const name of ['x', 'deep/er/y']) {
      await storage.makeFolder(dirname(join(folder, name)));
      await writeFileAtomic(storage, join(folder, name), bytesOf(name));
    }
    expect(await storage.listTree(folder)).toEqual(['deep/er/y', 'x']);
    await storage.rename(folder, join(root, 'moved'));
    await storage.syncFolder(root);
    expect(await storage.hasFolder(folder)).toBe(false);
    expect(await storage.hasFolder(join(root, 'moved'))).toBe(true);
    expect(textOf(await readWholeFile(storage, join(root, 'moved/deep/er/y')))).toBe('deep/er/y');
    await storage.removeFolder(join(root, 'moved'));
    await storage.removeFolder(join(root, 'moved'));
    expect(await storage.listTree(join(root, 'moved'))).toEqual([]);
  });

  it('refuses to open what is not there, with its code', async () => {
    const { storage, root } = make();
    await expect(storage.open(join(root, 'none'), 'read')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(storage.open(join(root, 'none'), 'modify')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a power cut', () => {
  it('leaves an atomically written file old or new at every operation, in every mode', async () => {
    let cuts = 0;
    for (let cutAt = 1; ; cutAt += 1) {
      const disk = new SimDisk();
      disk.plant('/d/x', bytesOf('old'.repeat(700)));
      disk.cutAt = cutAt;
      const done = writeFileAtomic(disk.storage(), '/d/x', bytesOf('new'.repeat(900)));
      const outcome = await Promise.race([done.then(() => 'done'), disk.powerCut.then(() => 'cut')]);
      if (outcome === 'done') break;
      for (const mode of MODES) {
        for (let seed = 0; seed < 20; seed += 1) {
          const text = textOf(disk.afterCut(mode, seed).peek('/d/x'));
          expect(['old'.repeat(700), 'new'.repeat(900)]).toContain(text);
          cuts += 1;
        }
      }
    }
    expect(cuts).toBeGreaterThan(300);
  });

  it('catches the classic mistake: rename before the data is synced', async () => {
    const disk = new SimDisk();
    disk.plant('/d/x', bytesOf('old'));
    const storage = disk.storage();
    const file = await storage.open('/d/t', 'create');
    await file.write(bytesOf('new'), 0);
    await storage.rename('/d/t', '/d/x');
    const seen = new Set(Array.from({ length: 40 }, (_, seed) => textOf(disk.afterCut('torn', seed).peek('/d/x'))));
    expect(seen).toContain('');
  });

  it('loses a name that was not synced with its folder', async () => {
    const disk = new SimDisk();
    const file = await disk.storage().open('/d/t', 'create');
    await file.write(bytesOf('data'), 0);
    await file.sync();
    expect(disk.afterCut('lost', 1).peek('/d/t')).toBeNull();
    await disk.storage().syncFolder('/d');
    expect(textOf(disk.afterCut('lost', 1).peek('/d/t'))).toBe('data');
  });

  it('says when the disk is full', async () => {
    const disk = new SimDisk();
    disk.freeBytes = 10;
    const file = await disk.storage().open('/d/t', 'create');
    const error = await file.write(new Uint8Array(11), 0).catch((reason: unknown) => reason);
    expect(isDiskFull(error)).toBe(true);
  });
});

it('node storage keeps who may do what', async () => {
  const storage = createNodeStorage();
  const path = join(folder, 'shared');
  await writeFileAtomic(storage, path, bytesOf('x'));
  const before = await storage.attributesOf(path);
  expect(before?.mode).toBe(0o600);
  await storage.setAttributes(path, { ...(before ?? { uid: 0, gid: 0 }), mode: 0o664 });
  expect((await storage.attributesOf(path))?.mode).toBe(0o664);
  expect(await storage.attributesOf(join(folder, 'none'))).toBeNull();
});

it('node storage makes files that only the owner reads', async () => {
  const storage = createNodeStorage();
  await writeFileAtomic(storage, join(folder, 'secret'), bytesOf('s'));
  expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('s');
});
