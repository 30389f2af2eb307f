import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeltaOffer } from '#/protocol/delta/delta-offer';
import { encodeIndex } from '#/protocol/delta/index-layout';
import { systemClock } from '../clock';
import type { DownloadOrder } from '../download/download-image';
import { partPath } from '../download/part-file';
import { createNodeStorage } from '../storage/node-storage';
import { SimDisk } from '../storage/sim-disk';
import type { SlotPort } from '../slots/slot-port';
import { type DeltaServer, deltaFiles, makeDelta, setOffer, SMALL_BLOCKS, SMALL_CHUNKS, startDeltaServer } from '../testing/delta-site';
import { sha256Of } from '../testing/sim-images';
import { findProgram } from './find-program';
import { type DeltaTools, stageByAnyWay } from './stage-image';

const STAGING = '/d/staging';
const DELTA = '/d/delta';
const old = new Uint8Array(randomBytes(60_000));
/** Parts of the old image, moved by whole blocks and not, and two new ones. */
const image = new Uint8Array(
  Buffer.concat([old.subarray(0, 20_480), randomBytes(4096), old.subarray(20_480, 51_200), randomBytes(2000), new Uint8Array(3000)]),
);
const sha256 = sha256Of(image);
const tuning = { firstDelayMs: 1, longestDelayMs: 5, triesWithoutProgress: 4 };
const never = new AbortController().signal;

let server: DeltaServer;
let disk: SimDisk;
beforeEach(async () => {
  server = await startDeltaServer(deltaFiles(image, makeDelta(image, SMALL_BLOCKS)));
  disk = new SimDisk();
  disk.plant('/d/slot-a', old);
});
afterEach(() => server.close());

const order = (more: Partial<DownloadOrder> = {}): DownloadOrder => {
  const credentials = { username: 'G-1', password: 's3cret', speedLimitBytesPerSecond: 0 };
  return { url: server.url, sha256, sizeBytes: image.length, ...credentials, ...more };
};
function tools(more: Partial<DeltaTools> = {}): DeltaTools {
  const slots = { openForRead: () => disk.storage().open('/d/slot-a', 'read') } as unknown as SlotPort;
  return { folder: DELTA, slots, contents: [{ slot: 'A', sha256: sha256Of(old), usedBytes: old.length }], xdelta3: null, ...more };
}
const run = (signal = never, onBytes: (bytes: number) => void = () => {}, more: Partial<DeltaTools> = {}) =>
  stageByAnyWay(
    { storage: disk.storage(), folder: STAGING, clock: systemClock, fetchHttp: fetch, tuning },
    tools(more),
    order(),
    signal,
    (progress) => onBytes(progress.bytesDone),
  );
const staged = () => Buffer.from(disk.peek(partPath(STAGING, sha256)) ?? []);
const fetchedOf = (path: string) => server.served.filter((one) => one.path === path).reduce((sum, one) => sum + one.bytes, 0);

describe('an image by the blocks that the slots lack', () => {
  it('is whole and durable; what a slot has is not fetched', async () => {
    const seen: number[] = [];
    const report = await run(never, (bytes) => seen.push(bytes));
    expect(Buffer.from(disk.afterCut('lost', 1).peek(partPath(STAGING, sha256)) as Uint8Array).equals(image)).toBe(true);
    expect(report).toMatchObject({ mode: 'blocks', slots: ['A'], resumedBytes: 0, requests: server.served.length });
    expect(report.bytesFetched).toBe(server.served.reduce((sum, one) => sum + one.bytes, 0));
    expect(report.reusedBytes).toBeGreaterThan(50_000);
    expect(fetchedOf('')).toBe(0);
    expect(fetchedOf('/delta/data')).toBeLessThan(12_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(image.length);
    // Only the map of the slot stays.
    expect((await disk.storage().list(DELTA)).filter((name) => !name.endsWith('.map'))).toEqual([]);
  });

  it('works by chunks as well', async () => {
    server.files = deltaFiles(image, makeDelta(image, SMALL_CHUNKS));
    expect(await run()).toMatchObject({ mode: 'blocks' });
    expect(staged().equals(image)).toBe(true);
    expect(fetchedOf('/delta/data')).toBeLessThan(15_000);
  });

  it('reads the map of a slot the next time, and finds out when the slot is another than the map says', async () => {
    await run();
    const storage = disk.storage();
    await storage.remove(partPath(STAGING, sha256));
    disk.failing = null;
    disk.plant('/d/slot-a', new Uint8Array(randomBytes(60_000)));
    expect(await run()).toMatchObject({ mode: 'blocks' });
    expect(staged().equals(image)).toBe(true);
  });

  it('does without a map that a crash has damaged', async () => {
    await run();
    const [map = ''] = await disk.storage().list(DELTA);
    disk.plant(
      `${DELTA}/${map}`,
      (disk.peek(`${DELTA}/${map}`) ?? new Uint8Array()).map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
    );
    await disk.storage().remove(partPath(STAGING, sha256));
    const report = await run();
    expect(report.reusedBytes).toBeGreaterThan(50_000);
    expect(staged().equals(image)).toBe(true);
  });

  it('goes on where it was stopped, and keeps of a torn file what is right', async () => {
    const stop = new AbortController();
    await expect(run(stop.signal, (bytes) => bytes > 30_000 && stop.abort(new Error('pause')))).rejects.toThrow('pause');
    const before = staged();
    expect(before.length).toBeGreaterThan(30_000);
    before[28_000] = (before[28_000] as number) ^ 1;
    disk.plant(partPath(STAGING, sha256), before);
    server.served.length = 0;
    const report = await run();
    expect(staged().equals(image)).toBe(true);
    expect(report).toMatchObject({ mode: 'blocks', resumedBytes: 27_648 });
    // The first new part was staged before the damage.
    expect(fetchedOf('/delta/data')).toBeLessThan(7000);
  });

  it('goes on after dropped connections', async () => {
    let drops = 0;
    server.trick = (path, request, response) => {
      const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      if (path !== '/delta/data' || (drops += 1) > 6 || Number(end) - Number(start) < 800) return false;
      const data = server.files.get(path) ?? new Uint8Array();
      response.writeHead(206, {
        'content-range': `bytes ${start}-${end}/${data.length}`,
        'content-length': Number(end) - Number(start) + 1,
      });
      response.write(data.subarray(Number(start), Number(start) + 700), () => response.destroy());
      return true;
    };
    expect(await run()).toMatchObject({ mode: 'blocks' });
    expect(drops).toBeGreaterThan(2);
    expect(staged().equals(image)).toBe(true);
  });
});

describe('the whole image comes instead', () => {
  const wrong = { sha256: 'cd'.repeat(32), sizeBytes: 10 };
  const breaks: [string, () => void, RegExp | undefined][] = [
    ['the server knows no deltas', () => server.files.delete('/delta'), undefined],
    ['what it offers cannot be read', () => server.files.set('/delta', new TextEncoder().encode('{"v":2}')), /cannot be read/],
    ['the index is another than the offer says', () => server.files.set('/delta/index', new Uint8Array(10)), /bytes/],
    ['the index itself is damaged', () => damagedIndex(), /index/],
    ['the index is gone', () => server.files.delete('/delta/index'), /not on the server/],
    ['a group is missing at the end of the data file', () => missingGroup(), /gave up|range/],
    ['the data file is gone', () => server.files.delete('/delta/data'), /not on the server/],
    ['the index is of another image', () => replace({ artifactSha256: wrong.sha256 }), /another image/],
    ['the index is of what was compressed', () => replace({ contentSha256: wrong.sha256 }), /other content/],
    ['the data is damaged', () => damage(), /damaged|decompressed/],
    ['the server does not give ranges', () => noRanges(), /no ranges/],
    ['the ranges are others than were asked for', () => otherRange(), /instead of/],
    ['the data door fails', () => failing(), /gave up/],
    [
      'the index is too large',
      () => setOffer(server.files, { v: 1, index: { ...wrong, sizeBytes: 2 ** 30 }, data: wrong, patches: [] }),
      /memory/,
    ],
    ['a hash in the index is wrong', () => wrongHash(), /damaged/],
  ];
  const serve = (delta: ReturnType<typeof makeDelta>) => {
    server.files = deltaFiles(image, delta);
  };
  const replace = (about: Parameters<typeof makeDelta>[2]) => serve(makeDelta(image, SMALL_BLOCKS, about));
  const damage = () => {
    const delta = makeDelta(image, SMALL_BLOCKS);
    delta.data.fill(7, Math.floor(delta.data.length / 4));
    serve(delta);
  };
  const damagedIndex = () => {
    const { index, data } = makeDelta(image, SMALL_BLOCKS);
    const bytes = encodeIndex(index).map((byte, at) => (at === 41 ? byte ^ 1 : byte));
    server.files.set('/delta/index', bytes);
    const blob = (file: Uint8Array) => ({ sha256: sha256Of(file), sizeBytes: file.length });
    setOffer(server.files, { v: 1, index: blob(bytes), data: blob(data), patches: [] });
  };
  const missingGroup = () => {
    server.trick = (path, request, response) => {
      const end = Number(/-(\d+)$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      return path === '/delta/data' && end > 4096 && Boolean(response.writeHead(416).end());
    };
  };
  const wrongHash = () => {
    const delta = makeDelta(image, SMALL_BLOCKS);
    delta.index.hashes[12 * 60] = (delta.index.hashes[12 * 60] as number) ^ 1;
    serve(delta);
    expect(encodeIndex(delta.index).length).toBeGreaterThan(0);
  };
  const noRanges = () => {
    server.trick = (path, _request, response) => path === '/delta/data' && Boolean(response.writeHead(200).end(server.files.get(path)));
  };
  const otherRange = () => {
    server.trick = (path, _request, response) =>
      path === '/delta/data' &&
      Boolean(response.writeHead(206, { 'content-range': `bytes 0-9/${server.files.get(path)?.length}` }).end('0123456789'));
  };
  const failing = () => {
    server.trick = (path, _request, response) => path === '/delta/data' && Boolean(response.writeHead(503).end());
  };

  it.each(breaks)('when %s', async (name, breakIt, reason) => {
    breakIt();
    const report = await run();
    expect(staged().equals(image)).toBe(true);
    expect(report.mode).toBe('full');
    if (reason) expect(report.reason).toMatch(reason);
    else expect(report.reason).toBeUndefined();
    // Whatever the delta has staged before its trouble stays, unless the image was wrong in the end.
    const begun = Number(/bytes=(\d+)/.exec(server.served.find((one) => one.path === '')?.range ?? '')?.[1] ?? 0);
    expect(fetchedOf('')).toBe(image.length - begun);
    expect(begun > 0).toBe(midway.has(name));
  });
  const midway = new Set(breaks.map(([name]) => name).filter((name) => /data|ranges|hash/.test(name)));

  it('when the disk has no room for the index', async () => {
    disk.freeBytes = image.length + 500;
    expect(await run()).toMatchObject({ mode: 'full' });
    expect(staged().equals(image)).toBe(true);
  });

  it('but not without a network: what was staged waits for it', async () => {
    server.trick = (path, request) => {
      if (path === '/delta/data') request.socket.destroy();
      return path === '/delta/data';
    };
    await expect(run()).rejects.toMatchObject({ code: 'NETWORK_UNAVAILABLE' });
    expect(staged().length).toBeGreaterThanOrEqual(20_480);
    expect(fetchedOf('')).toBe(0);
  });
});

describe('an image by a patch', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-patch-'));
    await writeFile(join(folder, 'old'), old);
    await writeFile(join(folder, 'new'), image);
    const xdelta3 = await findProgram('xdelta3');
    if (xdelta3 === null) throw new Error('xdelta3 is not installed: npm test installs it');
    program = xdelta3;
    const options = ['-e', '-f', '-S', 'none', '-s', join(folder, 'old'), join(folder, 'new'), join(folder, 'patch')];
    await promisify(execFile)(program, options);
    offerPatch(new Uint8Array(await readFile(join(folder, 'patch'))));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  let program = '';

  function offerPatch(patch: Uint8Array): void {
    const from = sha256Of(old);
    const offer = JSON.parse(new TextDecoder().decode(server.files.get('/delta'))) as DeltaOffer;
    const about = { fromSha256: from, fromSizeBytes: old.length, sha256: sha256Of(patch), sizeBytes: patch.length };
    server.files.set(`/patch/${from}`, patch);
    setOffer(server.files, { ...offer, patches: [about] });
  }
  /** The part file is simulated, what xdelta3 reads is not. */
  async function runPatch(signal = never, onBytes: (bytes: number) => void = () => {}, file: DownloadOrder | null = null) {
    const real = createNodeStorage();
    const slots = { openForRead: () => real.open(join(folder, 'old'), 'read'), pathOf: () => join(folder, 'old') } as unknown as SlotPort;
    const contents = [{ slot: 'A' as const, sha256: sha256Of(old), usedBytes: old.length }];
    const deps = { storage: real, folder: join(folder, 'staging'), clock: systemClock, fetchHttp: fetch, tuning };
    const by = { folder: join(folder, 'delta'), slots, contents, xdelta3: program };
    const what = file === null ? order() : { ...file, content: { sha256, sizeBytes: image.length } };
    return stageByAnyWay(deps, by, what, signal, ({ bytesDone }) => onBytes(bytesDone));
  }
  const part = () => readFile(partPath(join(folder, 'staging'), sha256));

  it('fetches the patch only', async () => {
    const report = await runPatch();
    expect(report).toMatchObject({ mode: 'patch', slots: ['A'] });
    expect((await part()).equals(image)).toBe(true);
    expect(fetchedOf('') + fetchedOf('/delta/index')).toBe(0);
    expect(report.bytesFetched).toBe(server.served.reduce((sum, one) => sum + one.bytes, 0));
  });

  it('goes on with a torn part, and begins anew when the image is wrong in the end', async () => {
    await mkdir(join(folder, 'staging'));
    await writeFile(
      partPath(join(folder, 'staging'), sha256),
      image.slice(0, 30_000).map((byte, at) => (at === 9 ? byte ^ 1 : byte)),
    );
    expect(await runPatch()).toMatchObject({ mode: 'patch' });
    expect((await part()).equals(image)).toBe(true);
  });

  it('takes blocks when xdelta3 cannot read it, or the slot is another', async () => {
    offerPatch(new Uint8Array(randomBytes(3000)));
    expect(await runPatch()).toMatchObject({ mode: 'blocks', reason: expect.stringContaining('xdelta3') });
    expect((await part()).equals(image)).toBe(true);
    offerPatch(new Uint8Array(await readFile(join(folder, 'patch'))));
    await rm(partPath(join(folder, 'staging'), sha256));
    await writeFile(join(folder, 'old'), randomBytes(old.length));
    expect(await runPatch()).toMatchObject({ mode: 'blocks' });
    expect((await part()).equals(image)).toBe(true);
  });

  it('takes the whole image when neither patch nor blocks can be used', async () => {
    offerPatch(new Uint8Array(randomBytes(3000)));
    server.files.delete('/delta/data');
    expect(await runPatch()).toMatchObject({ mode: 'full', reason: expect.stringContaining('xdelta3') });
    expect((await part()).equals(image)).toBe(true);
  });

  it('makes the content of a compressed file, which is not fetched then', async () => {
    const packed = new Uint8Array(gzipSync(image));
    server.files.set('', packed);
    const report = await runPatch(never, () => {}, order({ sha256: sha256Of(packed), sizeBytes: packed.length }));
    expect(report).toMatchObject({ mode: 'patch' });
    expect((await part()).equals(image)).toBe(true);
    expect(fetchedOf('')).toBe(0);
  });

  it('takes blocks when the patch is not on the server any more', async () => {
    server.files.delete(`/patch/${sha256Of(old)}`);
    expect(await runPatch()).toMatchObject({ mode: 'blocks', reason: expect.stringContaining('not on the server') });
    expect((await part()).equals(image)).toBe(true);
  });

  it('takes blocks when xdelta3 is gone', async () => {
    program = join(folder, 'xdelta3');
    expect(await runPatch()).toMatchObject({ mode: 'blocks', reason: expect.stringContaining('not there') });
  });
});
