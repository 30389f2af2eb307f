import { describe, expect, it } from 'vitest';
import type { SnapshotOrder } from '#/protocol/mqtt/recovery';
import { SimDisk } from '../storage/sim-disk';
import { SimClock } from '../testing/sim-clock';
import { writeArchive } from './archive';
import { MAX_SNAPSHOTS, openSnapshotStore, type SnapshotStore } from './snapshot-store';

const FOLDER = '/g/data/snapshots';
const DAY_MS = 86_400_000;
const facts = { version: 'v1', slot: null, bootable: false, image: null, filesBytes: 3 };

function order(clock: SimClock, number: number, type: SnapshotOrder['type'] = 'automatic', days = 10): SnapshotOrder {
  const expiresAt = new Date(clock.nowMs() + days * DAY_MS).toISOString();
  return {
    snapshotId: `SNP-${String(number).padStart(4, '0')}`,
    name: `number ${number}`,
    type,
    contents: ['data'],
    compression: 'none',
    expiresAt,
  };
}

async function add(disk: SimDisk, store: SnapshotStore, one: SnapshotOrder): Promise<void> {
  const content = async function* () {
    yield new TextEncoder().encode('abc');
  };
  await store.add(one, async (path) => {
    const written = await writeArchive(
      disk.storage(),
      path,
      'none',
      [{ name: 'data/x', sizeBytes: 3, content }],
      new AbortController().signal,
    );
    return { ...written, ...facts };
  });
}

async function open(): Promise<{ disk: SimDisk; clock: SimClock; store: SnapshotStore }> {
  const [disk, clock] = [new SimDisk(), new SimClock()];
  return { disk, clock, store: await openSnapshotStore(disk.storage(), FOLDER, clock) };
}
const ids = (store: SnapshotStore) => store.list().map(({ id }) => Number(id.slice(4)));
const nothing = new Set<string>();

describe('retention', () => {
  it('removes what has expired by the clock of the gateway, but not what a job needs', async () => {
    const { disk, clock, store } = await open();
    await add(disk, store, order(clock, 1, 'automatic', 10));
    await add(disk, store, order(clock, 2, 'automatic', 10));
    await add(disk, store, order(clock, 3, 'manual', 30));
    clock.pass(9 * DAY_MS);
    expect(await store.sweep(nothing)).toBe(0);
    clock.pass(2 * DAY_MS);
    expect(await store.sweep(new Set(['SNP-0002']))).toBe(1);
    expect(ids(store)).toEqual([2, 3]);
    clock.pass(20 * DAY_MS);
    await store.sweep(nothing);
    expect(disk.names(FOLDER)).toEqual([]);
  });

  it('drops the oldest automatic one beyond ten, never one that people made', async () => {
    const { disk, clock, store } = await open();
    for (let number = 1; number <= MAX_SNAPSHOTS + 2; number += 1) {
      await add(disk, store, order(clock, number, number === 1 ? 'manual' : 'automatic'));
      clock.pass(1000);
    }
    expect(await store.sweep(new Set(['SNP-0002']))).toBe(2);
    expect(ids(store)).toEqual([1, 2, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('refuses an eleventh when ten people-made ones are there', async () => {
    const { disk, clock, store } = await open();
    for (let number = 1; number <= MAX_SNAPSHOTS; number += 1) await add(disk, store, order(clock, number, 'manual'));
    expect(store.refusal('automatic', nothing)).toMatch(/remove one first/);
    await store.remove(['SNP-0004']);
    expect(store.refusal('automatic', nothing)).toBeNull();
  });
});

it('tells of every change, and the same list after a restart', async () => {
  const { disk, clock, store } = await open();
  const heard: number[][] = [];
  store.onChange(async () => void heard.push(ids(store)));
  await add(disk, store, order(clock, 1));
  clock.pass(1);
  await add(disk, store, order(clock, 2));
  await store.remove(['SNP-0001', 'SNP-9999']);
  expect(heard).toEqual([[1], [1, 2], [2]]);
  const again = await openSnapshotStore(disk.storage(), FOLDER, clock);
  expect(again.list()).toEqual(store.list());
});

it('removes at start what was never finished, and a list entry whose archive is gone', async () => {
  const { disk, clock, store } = await open();
  await add(disk, store, order(clock, 1));
  await add(disk, store, order(clock, 2));
  disk.plant(`${FOLDER}/SNP-7777.tar.gz.tmp`, new Uint8Array(10));
  disk.plant(`${FOLDER}/SNP-8888.tar`, new Uint8Array(10));
  await disk.storage().remove(`${FOLDER}/SNP-0002.tar`);
  const again = await openSnapshotStore(disk.storage(), FOLDER, clock);
  expect(ids(again)).toEqual([1]);
  expect(disk.names(FOLDER)).toEqual(['SNP-0001.json', 'SNP-0001.tar']);
});

it('finds damage, lists it as that, also after a restart', async () => {
  const { disk, clock, store } = await open();
  await add(disk, store, order(clock, 1));
  const { signal } = new AbortController();
  expect(await store.verify('SNP-0001', signal)).toBe(true);
  disk.plant(`${FOLDER}/SNP-0001.tar`, new Uint8Array(100));
  expect(await store.verify('SNP-0001', signal)).toBe(false);
  const again = await openSnapshotStore(disk.storage(), FOLDER, clock);
  expect(again.find('SNP-0001')).toMatchObject({ state: 'damaged', bootable: false });
});
