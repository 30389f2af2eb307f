import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock';
import { SimDisk } from '../storage/sim-disk';
import { type RangeServer, startRangeServer } from '../testing/range-server';
import { type DownloadDeps, type DownloadOrder, type DownloadProgress, downloadImage } from './download-image';
import { partPath } from './part-file';

const FOLDER = '/d/staging';
const content = new Uint8Array(randomBytes(400_000));
const sha256 = createHash('sha256').update(content).digest('hex');
const tuning = { firstDelayMs: 1, longestDelayMs: 5, triesWithoutProgress: 4 };
const never = new AbortController().signal;

let server: RangeServer;
let disk: SimDisk;
beforeEach(async () => {
  server = await startRangeServer(content);
  disk = new SimDisk();
});
afterEach(() => server.close());

const deps = (): DownloadDeps => ({ storage: disk.storage(), folder: FOLDER, clock: systemClock, fetchHttp: fetch, tuning });
const order = (more: Partial<DownloadOrder> = {}): DownloadOrder => ({
  url: server.url,
  sha256,
  sizeBytes: content.length,
  username: 'G-1',
  password: 's3cret',
  speedLimitBytesPerSecond: 0,
  ...more,
});
const run = (more: Partial<DownloadOrder> = {}, signal = never, onProgress: (progress: DownloadProgress) => void = () => {}) =>
  downloadImage(deps(), order(more), signal, onProgress);
const whole = () => Buffer.from(part() ?? []).equals(content);
const part = () => disk.peek(partPath(FOLDER, sha256));
/** Stops the download when so many bytes have come. */
async function stopAfter(bytes: number): Promise<void> {
  const stop = new AbortController();
  const stopped = run({}, stop.signal, ({ bytesDone }) => {
    if (bytesDone >= bytes) stop.abort(new Error('pause'));
  });
  await expect(stopped).rejects.toThrow('pause');
}

describe('download', () => {
  it('fetches with the credentials of the gateway, and what it staged survives a power cut', async () => {
    const seen: number[] = [];
    await run({}, never, ({ bytesDone }) => seen.push(bytesDone));
    expect(Buffer.from(disk.afterCut('lost', 1).peek(partPath(FOLDER, sha256)) as Uint8Array).equals(content)).toBe(true);
    expect(server.requests[0]?.authorization).toBe(`Basic ${Buffer.from('G-1:s3cret').toString('base64')}`);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(content.length);
  });

  it('goes on where it stopped, guarded by the ETag', async () => {
    await stopAfter(100_000);
    const staged = part()?.length ?? 0;
    expect(staged).toBeGreaterThanOrEqual(100_000);
    await run();
    expect(server.requests[1]).toMatchObject({ range: `bytes=${staged}-`, ifRange: '"v1"' });
    expect(whole()).toBe(true);
  });

  it('does not ask again for a file that is whole', async () => {
    await run();
    await run();
    expect(server.requests).toHaveLength(1);
  });

  it('survives dropped connections as long as bytes come', async () => {
    server.dropAfterBytes = 30_000;
    let last: DownloadProgress | null = null;
    await run({}, never, (progress) => {
      last = progress;
    });
    expect(server.requests.length).toBeGreaterThan(10);
    expect(last).toMatchObject({ bytesDone: content.length, retries: server.requests.length - 1 });
  });

  it('begins again when the file on the server changed', async () => {
    await stopAfter(50_000);
    server.etag = '"v2"';
    await run();
    expect(whole()).toBe(true);
  });

  it('fetches once more when bytes of an earlier life are torn', async () => {
    disk.plant(partPath(FOLDER, sha256), new Uint8Array(5000));
    await run();
    expect(server.requests.map(({ range }) => range)).toEqual(['bytes=5000-', null]);
    expect(whole()).toBe(true);
  });

  it('cuts off a part that is longer than the order', async () => {
    disk.plant(partPath(FOLDER, sha256), Buffer.concat([content, Buffer.from('more')]));
    await run();
    expect(server.requests).toHaveLength(0);
    expect(whole()).toBe(true);
  });

  it('keeps to the speed limit', async () => {
    const startedMs = performance.now();
    await run({ speedLimitBytesPerSecond: 800_000 });
    expect(performance.now() - startedMs).toBeGreaterThan(200);
    expect(whole()).toBe(true);
  });

  it('waits out a server that is busy or restarts', async () => {
    server.tricks.push(
      (_request, response) => void response.writeHead(503, { 'retry-after': '0' }).end(),
      (request) => void request.socket.destroy(),
      (_request, response) => void response.writeHead(429).end(),
    );
    await run();
    expect(whole()).toBe(true);
  });

  it('gives a stalled connection up', async () => {
    server.tricks.push((_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    });
    // Longer than the first bytes take on a busy machine.
    await downloadImage({ ...deps(), tuning: { ...tuning, stallMs: 2000 } }, order(), never, () => {});
    expect(server.requests[1]?.range).toBe('bytes=1000-');
  });
});

describe('a download that cannot succeed', () => {
  it.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'UNAUTHENTICATED'],
    [404, 'NOT_FOUND'],
    [410, 'NOT_FOUND'],
    [418, 'UPDATE_SERVER_UNREACHABLE'],
  ])('fails at once on %i with %s', async (status, code) => {
    server.tricks.push((_request, response) => void response.writeHead(status).end());
    await expect(run()).rejects.toMatchObject({ name: 'DownloadError', code });
    expect(server.requests).toHaveLength(1);
  });

  it('gives up after some tries without a byte', async () => {
    for (let index = 0; index < 4; index += 1) server.tricks.push((_request, response) => void response.writeHead(500).end());
    await expect(run()).rejects.toMatchObject({ code: 'UPDATE_SERVER_UNREACHABLE' });
    await server.close();
    await expect(run()).rejects.toMatchObject({ code: 'NETWORK_UNAVAILABLE' });
  });

  it('removes the part when the hash is wrong', async () => {
    await expect(run({ sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect(await disk.storage().list(FOLDER)).toEqual([]);
  });

  it.each([content.length - 1, content.length + 1])('refuses a server that has another size than %i', async (sizeBytes) => {
    await expect(run({ sizeBytes })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect(await disk.storage().list(FOLDER)).toEqual([]);
  });

  it('keeps no byte beyond the declared size, even from a server that does not declare one', async () => {
    server.tricks.push((_request, response) => {
      response.writeHead(200);
      response.end(Buffer.concat([content, content]));
    });
    await expect(run()).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect(Math.max(0, ...disk.log.map((line) => Number(/ (\d+)\+\d+$/.exec(line)?.[1] ?? 0)))).toBeLessThanOrEqual(content.length);
  });

  it('says that the disk is full and frees what it took', async () => {
    disk.freeBytes = 200_000;
    await expect(run()).rejects.toMatchObject({ code: 'INSUFFICIENT_DISK_SPACE' });
    expect(await disk.storage().list(FOLDER)).toEqual([]);
  });
});

describe('a server that answers ranges wrongly', () => {
  it.each<[string, Record<string, string>]>([
    ['another start', { 'content-range': `bytes 0-${content.length - 1}/${content.length}` }],
    ['no Content-Range', {}],
    ['nonsense', { 'content-range': 'pages 1-2/3' }],
    ['a changed file', { 'content-range': `bytes 5000-${content.length - 1}/${content.length}`, etag: '"v9"' }],
  ])('with %s: the part is dropped and fetched anew', async (_name, headers) => {
    disk.plant(partPath(FOLDER, sha256), content.slice(0, 5000));
    disk.plant(`${FOLDER}/${sha256}.etag`, new TextEncoder().encode('"v1"'));
    server.tricks.push((_request, response) => void response.writeHead(206, headers).end(content));
    await run();
    expect(whole()).toBe(true);
  });

  it('with 416: the part is dropped and fetched anew', async () => {
    disk.plant(partPath(FOLDER, sha256), content.slice(0, 5000));
    server.tricks.push((_request, response) => void response.writeHead(416).end());
    await run();
    expect(whole()).toBe(true);
  });
});
