/** Compressed images, from the order to the slot, and everything that can be wrong with them. */
import { execFileSync } from 'node:child_process';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SignalSet } from '#/domain/safety/signals';
import type { CommandBody } from '#/protocol/mqtt/commands';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { deltaFiles, makeDelta, SMALL_BLOCKS, serveDeltaInMemory } from '../testing/delta-site';
import { makeReleaseKey } from '../testing/release-key';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage, packedOrder, serveInMemory, sha256Of } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const oldImage = makeImage('v5.0.4', 4096);
const newImage = makeImage('v5.0.5', 300_000);
const half = Math.floor(newImage.bytes.length / 2);

const xz = (bytes: Uint8Array): Buffer => execFileSync('xz', ['-c'], { input: bytes, maxBuffer: 1e8 });
/** With a check sum, as the program makes it. */
const zstd = (bytes: Uint8Array): Buffer => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
const PACKERS = { gzip: (bytes: Uint8Array): Buffer => gzipSync(bytes), xz, zstd };
type Packed = keyof typeof PACKERS;
const KINDS = Object.keys(PACKERS) as Packed[];
const twoMembers = (pack: (bytes: Uint8Array) => Buffer) =>
  Buffer.concat([pack(newImage.bytes.subarray(0, half)), pack(newImage.bytes.subarray(half))]);

async function start(file: Uint8Array, more: Partial<SimPlant> = {}, disk = new SimDisk()): Promise<SimGateway> {
  if (disk.peek(slotFile(PATHS.slots, 'A')) === null) disk.plant(slotFile(PATHS.slots, 'A'), oldImage.bytes);
  const plant = { clock: new SimClock(), server: new SimServer([]), image: newImage, fetchHttp: serveInMemory(file, 50_000), ...more };
  const gateway = await SimGateway.powerOn(disk, { ...plant, tuning: { writeChunkBytes: 16_384, progressIntervalMs: 0 } });
  onTestFinished(() => gateway.engine.stop());
  return gateway;
}

const slotB = (gateway: SimGateway) => gateway.disk.peek(slotFile(PATHS.slots, 'B'));
const last = (gateway: SimGateway) => gateway.plant.server.reports.at(-1);

/** The last report of an update that cannot end well. */
async function failure(file: Uint8Array, order: CommandBody, more: Partial<SimPlant> = {}) {
  const gateway = await start(file, more);
  expect(await gateway.engine.handle(order)).toMatchObject({ code: 'OK' });
  await gateway.over;
  // Whatever was written of it is not told as an image, and what runs stays.
  expect(gateway.engine.view().slots).toMatchObject([
    { id: 'A', status: 'healthy', nextBoot: true },
    { id: 'B', sha256: null },
  ]);
  return { gateway, report: last(gateway) };
}

describe('a compressed image', () => {
  it.each(KINDS.flatMap((kind) => [[kind, 'one'] as const, [kind, 'two'] as const]))(
    '%s, %s after the other: downloaded as it is, unpacked into the slot, booted and proven',
    async (kind, members) => {
      const file = members === 'one' ? PACKERS[kind](newImage.bytes) : twoMembers(PACKERS[kind]);
      const gateway = await start(file);
      await gateway.engine.handle(deployOrder(newImage, packedOrder(file, kind)));
      await gateway.restarts;
      expect(sha256Of(slotB(gateway) ?? new Uint8Array())).toBe(newImage.sha256);
      expect(gateway.engine.view().slots[1]).toMatchObject({
        version: 'v5.0.5',
        sha256: newImage.sha256,
        usedBytes: newImage.bytes.length,
      });
      for (const state of ['downloading', 'verifying', 'writing']) {
        const said = gateway.progress.filter((one) => one.state === state);
        expect(said.at(-1), state).toMatchObject({ percent: 100, bytesDone: file.length, bytesTotal: file.length });
        expect(said.filter((one, at) => one.bytesDone < (said[at - 1]?.bytesDone ?? 0) || one.bytesDone > file.length)).toEqual([]);
      }
      const next = await start(file, { server: gateway.plant.server, clock: gateway.plant.clock }, gateway.disk.afterCut('killed', 0));
      await next.over;
      expect(last(next)).toMatchObject({ state: 'confirmed' });
      expect(next.plant.server.lies).toEqual([]);
      await expect.poll(() => next.disk.names(PATHS.staging)).toEqual([]);
    },
  );

  it.each(KINDS)('%s that is cut off, damaged, or followed by something else is refused', async (kind) => {
    const whole = PACKERS[kind](newImage.bytes);
    const damaged = Buffer.from(whole);
    damaged.writeUInt32LE((damaged.readUInt32LE(half) ^ 0xffffffff) >>> 0, half);
    for (const file of [whole.subarray(0, -9), damaged, Buffer.concat([whole, Buffer.from('and more')])]) {
      const { report } = await failure(file, deployOrder(newImage, packedOrder(file, kind)));
      expect(report).toMatchObject({
        event: 'fail',
        errorCode: 'INVALID_UPDATE_FILE',
        message: expect.stringContaining('cannot be unpacked'),
      });
    }
  });

  it('whose content is longer, shorter or another than ordered is refused, and not a byte beyond the order is written', async () => {
    const file = gzipSync(newImage.bytes);
    const sized = (sizeBytes: number) => deployOrder(newImage, { ...packedOrder(file, 'gzip'), sizeBytes });
    const longer = await failure(file, sized(100_000));
    expect(longer.report).toMatchObject({ errorCode: 'CHECKSUM_MISMATCH', message: expect.stringContaining('more than the 100000 bytes') });
    expect(slotB(longer.gateway)?.length).toBeLessThanOrEqual(100_000);
    const shorter = await failure(file, sized(400_000));
    expect(shorter.report).toMatchObject({ errorCode: 'CHECKSUM_MISMATCH', message: expect.stringContaining('the order says 400000') });
    const other = await failure(file, deployOrder(newImage, { ...packedOrder(file, 'gzip'), sha256: oldImage.sha256 }));
    expect(other.report).toMatchObject({ errorCode: 'CHECKSUM_MISMATCH', message: expect.stringContaining('does not have the SHA-256') });
  });

  it('that is a bomb is stopped at the size of the order', async () => {
    const file = gzipSync(Buffer.concat([newImage.bytes, Buffer.alloc(200_000_000)]));
    const { report, gateway } = await failure(file, deployOrder(newImage, packedOrder(file, 'gzip')));
    expect(report).toMatchObject({ errorCode: 'CHECKSUM_MISMATCH' });
    expect(slotB(gateway)?.length).toBeLessThanOrEqual(newImage.bytes.length);
  });

  it('that is larger than the slot is refused before a byte is fetched', async () => {
    const file = gzipSync(newImage.bytes);
    const gateway = await start(file);
    const order = deployOrder(newImage, { ...packedOrder(file, 'gzip'), sizeBytes: 1_000_001 });
    expect(await gateway.engine.handle(order)).toMatchObject({ code: 'SLOT_TOO_SMALL' });
    expect(slotB(gateway)).toBeNull();
  });

  it('is read for the hardware that it is for before the slot is touched', async () => {
    const image = makeImage('v5.0.5', 6000, ['rev-x']);
    const file = zstdCompressSync(image.bytes);
    const { report, gateway } = await failure(file, deployOrder(image, packedOrder(file, 'zstd')), { hardwareRevision: 'rev-c' });
    expect(report).toMatchObject({ errorCode: 'INVALID_UPDATE_FILE', message: expect.stringContaining('rev-x') });
    expect(slotB(gateway)).toBeNull();
  });

  it('is signed as it is on the server or as what it unpacks to, and held to the floor by the latter', async () => {
    const key = await makeReleaseKey('release');
    const releaseKeys = { version: 1, keys: [key.pinned], crls: [] };
    const file = gzipSync(newImage.bytes);
    const wrong = { ...packedOrder(file, 'gzip'), signatures: [await key.sign(oldImage.bytes)] };
    expect((await failure(file, deployOrder(newImage, wrong), { releaseKeys })).report).toMatchObject({ errorCode: 'SIGNATURE_INVALID' });
    const order = deployOrder(newImage, { ...packedOrder(file, 'gzip'), signatures: [await key.sign(file)] });
    const gateway = await start(file, { releaseKeys });
    await gateway.pins?.raiseFloor('v5.0.5');
    await gateway.engine.handle(order);
    await gateway.restarts;
    expect(sha256Of(slotB(gateway) ?? new Uint8Array())).toBe(newImage.sha256);
    const higher = await start(file, { releaseKeys });
    await higher.pins?.raiseFloor('v5.0.6');
    await higher.engine.handle(order);
    await higher.over;
    expect(last(higher)).toMatchObject({ errorCode: 'SIGNATURE_INVALID', message: expect.stringContaining('rollback floor v5.0.6') });
  });

  it('is put together from blocks where nobody asks for a signature, and fetched whole where the file is signed or the disk has no room', async () => {
    const image = { ...newImage, bytes: new Uint8Array(Buffer.concat([newImage.bytes, oldImage.bytes, Buffer.alloc(200_000)])) };
    const [sha256, file] = [sha256Of(image.bytes), new Uint8Array(gzipSync(image.bytes))];
    const packed = { ...image, sha256, packed: { file, compression: 'gzip' as const } };
    const files = deltaFiles(image.bytes, makeDelta(image.bytes, SMALL_BLOCKS, { artifactSha256: sha256Of(file) }));
    const plant = { image: packed, delta: true, fetchHttp: serveDeltaInMemory(files.set('', file), 50_000) };
    const key = await makeReleaseKey('release');
    const signatures = [await key.sign(file)];
    const full = (clock: SimClock): SignalSet => ({
      ...clearSignals(clock),
      disk_space: {
        source: 'sim',
        sampledAt: new Date(clock.nowMs()).toISOString(),
        clearSinceAt: '2026-01-01T00:00:00.000Z',
        value: { freeBytes: 67_500_000, totalBytes: 1e8 },
      },
    });
    const ways: [Partial<SimPlant>, object][] = [
      [{}, { mode: 'blocks', slots: ['A'] }],
      [
        { releaseKeys: { version: 1, keys: [key.pinned], crls: [] } },
        { mode: 'full', reason: expect.stringContaining('signed the compressed file only') },
      ],
      [{ signals: full }, { mode: 'full', reason: expect.stringContaining('no room') }],
    ];
    for (const [more, transfer] of ways) {
      const gateway = await start(file, { ...plant, ...more });
      await gateway.engine.handle(deployOrder(packed, { signatures }));
      await Promise.race([gateway.restarts, gateway.over]);
      expect(gateway.plant.server.reports.find(({ event }) => event === 'finish_download')?.details.transfer).toMatchObject(transfer);
      expect(sha256Of(slotB(gateway) ?? new Uint8Array())).toBe(sha256);
      expect(gateway.progress.filter((one) => one.bytesDone > file.length || one.percent > 100)).toEqual([]);
      const next = await start(
        file,
        { ...plant, ...more, server: gateway.plant.server, clock: gateway.plant.clock },
        gateway.disk.afterCut('killed', 0),
      );
      await next.over;
      expect(last(next)).toMatchObject({ state: 'confirmed' });
      await expect.poll(() => next.disk.names(PATHS.staging)).toEqual([]);
    }
  });

  it('is never taken for an image by an agent that does not know of it: the file has another size than its order says', async () => {
    const file = gzipSync(newImage.bytes);
    const { packed, ...order } = deployOrder(newImage, packedOrder(file, 'gzip'));
    expect(packed).toBeDefined();
    const { report, gateway } = await failure(file, order);
    expect(report).toMatchObject({ event: 'fail', errorCode: 'CHECKSUM_MISMATCH' });
    expect(gateway.plant.server.states()).not.toContain('verifying');
    expect(slotB(gateway)).toBeNull();
  });
});
