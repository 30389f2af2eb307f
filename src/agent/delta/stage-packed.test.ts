/** Images that come compressed, by blocks of what they unpack to, and otherwise as the file that they are. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock';
import { partPath } from '../download/part-file';
import type { SlotPort } from '../slots/slot-port';
import { SimDisk } from '../storage/sim-disk';
import { type DeltaServer, deltaFiles, makeDelta, SMALL_BLOCKS, startDeltaServer } from '../testing/delta-site';
import { sha256Of } from '../testing/sim-images';
import { type DeltaTools, stageByAnyWay } from './stage-image';

const STAGING = '/d/staging';
const old = new Uint8Array(randomBytes(60_000));
const image = new Uint8Array(Buffer.concat([old.subarray(0, 50_000), randomBytes(9000), new Uint8Array(3000)]));
const sha256 = sha256Of(image);
const tuning = { firstDelayMs: 1, longestDelayMs: 5, triesWithoutProgress: 4 };
const never = new AbortController().signal;

const file = new Uint8Array(gzipSync(image));
const about = { artifactSha256: sha256Of(file) };

let server: DeltaServer;
let disk: SimDisk;
beforeEach(async () => {
  server = await startDeltaServer(deltaFiles(image, makeDelta(image, SMALL_BLOCKS, about)));
  server.files.set('', file);
  disk = new SimDisk();
  disk.plant('/d/slot-a', old);
});
afterEach(() => server.close());

function tools(): DeltaTools {
  const slots = { openForRead: () => disk.storage().open('/d/slot-a', 'read') } as unknown as SlotPort;
  return { folder: '/d/delta', slots, contents: [{ slot: 'A', sha256: sha256Of(old), usedBytes: old.length }], xdelta3: null };
}
const staged = () => Buffer.from(disk.peek(partPath(STAGING, sha256)) ?? []);
const fetchedOf = (path: string) => server.served.filter((one) => one.path === path).reduce((sum, one) => sum + one.bytes, 0);
const packed = () => ({
  url: server.url,
  sha256: about.artifactSha256,
  sizeBytes: file.length,
  username: 'G-1',
  password: 's3cret',
  speedLimitBytesPerSecond: 0,
  content: { sha256, sizeBytes: image.length },
});
const runPacked = (signal = never, onBytes: (bytes: number) => void = () => {}) => {
  const deps = { storage: disk.storage(), folder: STAGING, clock: systemClock, fetchHttp: fetch, tuning };
  return stageByAnyWay(deps, tools(), packed(), signal, ({ bytesDone }) => onBytes(bytesDone));
};
const names = () => disk.names(STAGING).filter((name) => name.endsWith('.part'));

describe('a compressed image', () => {
  it('is put together unpacked, from what the slots have; progress counts the file', async () => {
    const seen: number[] = [];
    expect(await runPacked(never, (bytes) => seen.push(bytes))).toMatchObject({ mode: 'blocks', slots: ['A'] });
    expect(staged().equals(image)).toBe(true);
    expect(names()).toEqual([`${sha256}.part`]);
    expect(fetchedOf('')).toBe(0);
    expect([seen.at(-1), seen.filter((bytes, at) => bytes < (seen[at - 1] ?? 0))]).toEqual([file.length, []]);
  });

  it('comes as the file when there are no blocks of it, and nothing of the other way stays', async () => {
    const breaks: (() => void)[] = [
      () => server.files.delete('/delta'),
      () => void (server.files = new Map(deltaFiles(image, makeDelta(image, SMALL_BLOCKS))).set('', file)),
      () => server.files.set('/delta/data', new Uint8Array(randomBytes(server.files.get('/delta/data')?.length ?? 0))),
    ];
    for (const wreck of breaks) {
      server.files = new Map(deltaFiles(image, makeDelta(image, SMALL_BLOCKS, about))).set('', file);
      wreck();
      expect(await runPacked()).toMatchObject({ mode: 'full' });
      expect(names()).toEqual([`${about.artifactSha256}.part`]);
      expect(Buffer.from(disk.peek(partPath(STAGING, about.artifactSha256)) ?? []).equals(file)).toBe(true);
      await disk.storage().remove(partPath(STAGING, about.artifactSha256));
    }
  });

  it('goes on as it began: blocks with blocks, the file with the file', async () => {
    const stop = new AbortController();
    await expect(runPacked(stop.signal, (bytes) => bytes > 20_000 && stop.abort(new Error('pause')))).rejects.toThrow('pause');
    expect((await runPacked()).resumedBytes).toBeGreaterThan(15_000);
    expect(staged().equals(image)).toBe(true);
    await disk.storage().remove(partPath(STAGING, sha256));
    disk.plant(partPath(STAGING, about.artifactSha256), file.subarray(0, 30_000));
    expect(await runPacked()).toMatchObject({ mode: 'full', resumedBytes: 30_000 });
    expect(names()).toEqual([`${about.artifactSha256}.part`]);
  });
});
