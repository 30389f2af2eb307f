/** Links, empty folders and attributes through a snapshot and back, on a real disk. */
import { chmod, link, lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotCompression } from '#/protocol/mqtt/recovery';
import { snapshotOrder } from '../crash/recovery-world';
import { openJournal } from '../journal/journal';
import { openFileSlots, slotFile } from '../slots/file-slots';
import { createNodeStorage } from '../storage/node-storage';
import { SimClock } from '../testing/sim-clock';
import { makeImage } from '../testing/sim-images';
import { type ArchiveEntry, writeArchive } from './archive';
import { type CaptureDeps, captureSnapshot } from './capture-snapshot';
import { readRecoveryImage } from './recovery-image';
import { openSnapshotStore } from './snapshot-store';
import { bringIn } from './swap-folders';
import { unpackSnapshot } from './unpack-snapshot';

const storage = createNodeStorage();
const never = new AbortController().signal;
let home: string;
let deps: CaptureDeps;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fairlead-tree-'));
  const clock = new SimClock();
  await writeFile(slotFile(home, 'A'), makeImage('v5.0.4', 3000).bytes);
  deps = {
    storage,
    slots: await openFileSlots({ storage, folder: home, clock, capacityBytes: 1e6 }),
    journal: await openJournal(storage, join(home, 'journal.json')),
    recovery: {
      folders: { data: own('data'), config: own('config'), logs: own('logs'), networkFiles: [] },
      snapshots: await openSnapshotStore(storage, join(home, 'snapshots'), clock),
    },
  };
});
afterEach(() => rm(home, { recursive: true, force: true }));

const own = (name: string) => join(home, 'own', name);

async function put(name: string, text: string): Promise<void> {
  await mkdir(dirname(own(name)), { recursive: true });
  await writeFile(own(name), text);
}

/** Takes a snapshot, loses everything, and puts it back. */
async function roundTrip(compression: SnapshotCompression = 'none'): Promise<void> {
  const record = await captureSnapshot(deps, snapshotOrder({ contents: ['data', 'config'], compression }), never, () => {});
  expect(await deps.recovery.snapshots.verify(record.id, never)).toBe(true);
  await rm(own('data'), { recursive: true });
  await unpackSnapshot(deps, record, ['data'], null, never, () => {});
  await bringIn(storage, own('data'));
}

/** An archive of these entries, listed as a snapshot of the data. */
function archive(entries: ArchiveEntry[]) {
  return deps.recovery.snapshots.add(snapshotOrder({ contents: ['data'] }), async (path) => ({
    ...(await writeArchive(storage, path, 'none', entries, never)),
    ...{ version: 'v1', slot: null, bootable: false, image: null, filesBytes: 0 },
  }));
}
const file = (name: string, text: string): ArchiveEntry => ({
  name,
  sizeBytes: text.length,
  async *content() {
    yield new TextEncoder().encode(text);
  },
});
const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

describe('a snapshot', () => {
  it.each(['gzip', 'zstd', 'none'] as const)('keeps links, empty folders and what both may do, with %s', async (compression) => {
    await put('data/maps/v2/map.bin', 'map 2');
    await mkdir(own('data/spool/in'), { recursive: true });
    await chmod(own('data/spool/in'), 0o750);
    await chmod(own('data/maps/v2/map.bin'), 0o640);
    await symlink('v2', own('data/maps/current'));
    await symlink('maps/current/map.bin', own('data/map'));
    await symlink(own('data/maps'), own('data/absolute'));
    await symlink('not/there', own('data/dangling'));
    await link(own('data/maps/v2/map.bin'), own('data/hard'));
    await roundTrip(compression);
    expect(await readFile(own('data/map'), 'utf8')).toBe('map 2');
    expect(await readlink(own('data/maps/current'))).toBe('v2');
    expect(await readlink(own('data/absolute'))).toBe(own('data/maps'));
    expect(await readlink(own('data/dangling'))).toBe('not/there');
    expect((await stat(own('data/spool/in'))).mode & 0o777).toBe(0o750);
    expect((await stat(own('data/maps/v2/map.bin'))).mode & 0o777).toBe(0o640);
    // A hard link becomes a file of its own.
    expect(await readFile(own('data/hard'), 'utf8')).toBe('map 2');
  });

  it('does not follow a link that leads out, and leaves it out', async () => {
    await put('data/crane.json', 'crane');
    await put('config/plc.ini', 'password = hunter2');
    await writeFile(join(home, 'secret'), 'not of the gateway');
    await symlink(join(home, 'secret'), own('data/out'));
    await symlink('../config', own('data/config'));
    await symlink('../..', own('data/up'));
    await roundTrip();
    expect(await readFile(own('data/crane.json'), 'utf8')).toBe('crane');
    for (const name of ['out', 'config', 'up']) expect(await isThere(own(`data/${name}`))).toBe(false);
  });
});

describe('putting back', () => {
  it.each([
    ['up', '..'],
    ['deep/up', '../../config'],
    ['shadow', '/etc/shadow'],
    ['by/way', 'other/../../../x'],
  ])('refuses a link that leads out: %s -> %s', async (name, target) => {
    await put('data/crane.json', 'as it was');
    const record = await archive([file('data/crane.json', 'from the archive'), { name: `data/${name}`, target }]);
    await expect(unpackSnapshot(deps, record, ['data'], null, never, () => {})).rejects.toThrow('leads out of its folder');
    expect(await readFile(own('data/crane.json'), 'utf8')).toBe('as it was');
  });

  it('writes nothing through a link of the archive', async () => {
    await put('data/crane.json', 'as it was');
    const record = await archive([{ name: 'data/there', target: 'real' }, file('data/there/x', 'x'), file('data/real/y', 'y')]);
    await expect(unpackSnapshot(deps, record, ['data'], null, never, () => {})).rejects.toThrow('EEXIST');
    expect(await readFile(own('data/crane.json'), 'utf8')).toBe('as it was');
  });

  it('takes an archive of files only, as older agents made them', async () => {
    await put('data/crane.json', 'as it was');
    const record = await archive([file('data/crane.json', 'from the archive'), file('data/a/b/c.csv', '1;2')]);
    await unpackSnapshot(deps, record, ['data'], null, never, () => {});
    await bringIn(storage, own('data'));
    expect(await readFile(own('data/crane.json'), 'utf8')).toBe('from the archive');
    expect(await readFile(own('data/a/b/c.csv'), 'utf8')).toBe('1;2');
  });
});

it('the recovery image says when its file was written', async () => {
  const path = slotFile(home, 'A');
  const { mtimeMs } = await stat(path);
  expect((await readRecoveryImage(storage, path)).updatedAt).toBe(new Date(mtimeMs).toISOString());
  expect((await readRecoveryImage(storage, null)).updatedAt).toBeNull();
  // Of a device nobody knows: its node is as old as the boot.
  expect(await storage.writtenAtMs('/dev/null')).toBeNull();
});
