import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock';
import { listenOnFreePort } from '../testing/listen';
import { createDiskSource } from './host-sources';
import { createExecSource, createFileSource, createHttpSource } from './outside-sources';
import { parseReading } from './signal-source';

const ups = { levelPercent: 80, onBattery: false, runtimeSeconds: 1200 };
const signal = new AbortController().signal;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-sources-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a reading', () => {
  it('keeps what it can parse and leaves out the rest', () => {
    const reading = parseReading({ ups_battery: ups, crane_motion: { moving: 'yes' }, other: 1 }, 5000);
    expect(reading).toEqual({ ups_battery: { value: ups, sampledAtMs: 5000 } });
    expect(parseReading('nothing', 0)).toEqual({});
  });

  it('is as old as its source says', () => {
    const sampledAt = '2026-03-01T08:00:00.000Z';
    expect(parseReading({ ups_battery: { ...ups, sampledAt } }, 5000).ups_battery?.sampledAtMs).toBe(Date.parse(sampledAt));
    // A time that is none is no evidence of the present.
    expect(parseReading({ ups_battery: { ...ups, sampledAt: 'soon' } }, 5000)).toEqual({});
  });
});

describe('a file', () => {
  it('grows old with its modification time', async () => {
    const path = join(folder, 'signals.json');
    await writeFile(path, JSON.stringify({ ups_battery: ups }));
    const writtenMs = Date.parse('2026-03-01T08:00:00.000Z');
    await utimes(path, writtenMs / 1000, writtenMs / 1000);
    expect(await createFileSource('ups', path).read(signal)).toEqual({ ups_battery: { value: ups, sampledAtMs: writtenMs } });
  });

  it('that is missing or half written is a failure', async () => {
    await expect(createFileSource('ups', join(folder, 'none.json')).read(signal)).rejects.toThrow('ENOENT');
    await writeFile(join(folder, 'half.json'), '{"ups_battery":{"lev');
    await expect(createFileSource('ups', join(folder, 'half.json')).read(signal)).rejects.toThrow();
  });
});

describe('a command', () => {
  const print = (text: string) => createExecSource('ups', [process.execPath, '-e', text], systemClock);

  it('prints JSON', async () => {
    const reading = await print(`console.log(JSON.stringify({ ups_battery: ${JSON.stringify(ups)} }))`).read(signal);
    expect(reading.ups_battery?.value).toEqual(ups);
  });

  it('that fails, or prints something else, is a failure', async () => {
    await expect(print('console.error("the bus is silent"); process.exit(3)').read(signal)).rejects.toThrow('the bus is silent');
    await expect(print('console.log("fine")').read(signal)).rejects.toThrow('does not print JSON');
  });
});

describe('an HTTP address', () => {
  it('answers JSON; another status is a failure', async () => {
    let status = 200;
    const server = createServer((_request, response) => response.writeHead(status).end(JSON.stringify({ ups_battery: ups })));
    const url = `http://127.0.0.1:${await listenOnFreePort(server)}/signals`;
    try {
      const source = createHttpSource('ups', url, systemClock, fetch);
      expect((await source.read(signal)).ups_battery?.value).toEqual(ups);
      status = 503;
      await expect(source.read(signal)).rejects.toThrow('answered 503');
    } finally {
      server.close();
    }
  });
});

describe('the data partition', () => {
  it('is measured', async () => {
    const { disk_space: disk } = await createDiskSource(folder, systemClock).read(signal);
    expect(disk?.value.freeBytes).toBeGreaterThan(0);
    expect(disk?.value.totalBytes).toBeGreaterThan(disk?.value.freeBytes ?? 0);
  });
});
