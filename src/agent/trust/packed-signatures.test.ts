/** Compressed images on a gateway that pins release keys: which bytes a signature vouches for, and when blocks will do. */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ImageSignature } from '#/protocol/trust/keyring';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { deltaFiles, makeDelta, SMALL_BLOCKS, serveDeltaInMemory } from '../testing/delta-site';
import { makeReleaseKey, type ReleaseKey } from '../testing/release-key';
import { SimClock } from '../testing/sim-clock';
import { PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage, type SimImage, sha256Of } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const running = makeImage('v5.0.4', 4096);
const base = makeImage('v5.0.5', 30_000);
/** New bytes, and all of what runs: blocks of it are worth while. */
const bytes = new Uint8Array(Buffer.concat([base.bytes, running.bytes, Buffer.alloc(20_000)]));
const file = new Uint8Array(gzipSync(bytes));
const image: SimImage = { version: 'v5.0.5', bytes, sha256: sha256Of(bytes), packed: { file, compression: 'gzip' } };
const files = deltaFiles(bytes, makeDelta(bytes, SMALL_BLOCKS, { artifactSha256: sha256Of(file) })).set('', file);

let release: ReleaseKey;
let stranger: ReleaseKey;
let downgrade: ReleaseKey;
beforeAll(async () => {
  [release, stranger, downgrade] = await Promise.all([
    makeReleaseKey('release'),
    makeReleaseKey('stranger'),
    makeReleaseKey('downgrade', ['downgrade']),
  ]);
});

async function start(more: Partial<SimPlant> = {}, disk = new SimDisk()): Promise<SimGateway> {
  if (disk.peek(slotFile(PATHS.slots, 'A')) === null) disk.plant(slotFile(PATHS.slots, 'A'), running.bytes);
  const releaseKeys = { version: 1, keys: [release.pinned, downgrade.pinned], crls: [] };
  const plant = { clock: new SimClock(), server: new SimServer([]), image, releaseKeys, fetchHttp: serveDeltaInMemory(files, 5000) };
  const gateway = await SimGateway.powerOn(disk, { ...plant, delta: true, ...more });
  onTestFinished(() => gateway.engine.stop());
  return gateway;
}

/** Runs an order to the reboot or the failure; how the image came, and what was said last. */
async function install(signatures: ImageSignature[], more: object = {}, plant: Partial<SimPlant> = {}, floor?: string) {
  const gateway = await start(plant);
  if (floor !== undefined) await gateway.pins?.raiseFloor(floor);
  await gateway.engine.handle(deployOrder(image, { signatures, ...more }));
  await Promise.race([gateway.restarts, gateway.over]);
  const { reports } = gateway.plant.server;
  const { message, details } = reports.find(({ event }) => event === 'finish_download') ?? {};
  const transfer = details?.transfer;
  const slot = gateway.disk.peek(slotFile(PATHS.slots, 'B'));
  return {
    gateway,
    transfer,
    message,
    last: reports.at(-1),
    written: slot !== null && sha256Of(slot) === image.sha256,
    untouched: slot === null,
  };
}
const ofContent = async (key: ReleaseKey): Promise<ImageSignature> => ({ ...(await key.sign(bytes)), covers: 'content' });
const ofFile = async (key: ReleaseKey): Promise<ImageSignature> => ({ ...(await key.sign(file)), covers: 'file' });
const sumsOf = async (...named: Uint8Array[]) =>
  Buffer.from(await release.clearSign(named.map((one) => `${sha256Of(one)}  image\n`).join(''))).toString('base64');

describe('a compressed image on a gateway with pinned keys', () => {
  it('comes by blocks where a pinned key has signed what it unpacks to, and is proven after the boot', async () => {
    const { gateway, transfer, written } = await install([await ofContent(release)]);
    expect(transfer).toMatchObject({ mode: 'blocks', slots: ['A'] });
    expect(written).toBe(true);
    const { server, clock } = gateway.plant;
    const next = await start({ server, clock }, gateway.disk.afterCut('killed', 0));
    await next.over;
    expect(next.plant.server.reports.at(-1)).toMatchObject({ state: 'confirmed' });
    await expect.poll(() => next.disk.names(PATHS.staging)).toEqual([]);
  });

  it('comes by blocks by a signed list of sums that names its content, whether it names the file or not', async () => {
    const [both, content] = [await sumsOf(file, bytes), await sumsOf(bytes)];
    for (const signature of [
      { kind: 'sums', body: both, covers: 'both' },
      { kind: 'sums', body: content, covers: 'content' },
    ] as const)
      expect(await install([signature])).toMatchObject({ transfer: { mode: 'blocks' }, written: true });
  });

  it('is taken whole by either signature, whether the server says which it is or not', async () => {
    const silent = async (key: ReleaseKey, over: Uint8Array) => [await key.sign(over)];
    for (const signatures of [
      await silent(release, bytes),
      await silent(release, file),
      [await ofFile(release)],
      [await ofFile(stranger), await release.sign(bytes)],
      // What the server says of it is no more than where to look first.
      [{ ...(await release.sign(bytes)), covers: 'file' as const }],
    ])
      expect(await install(signatures)).toMatchObject({
        transfer: { mode: 'full', reason: expect.stringContaining('signed the compressed file only') },
        written: true,
      });
    expect(await install([await ofContent(release)], {}, { delta: false })).toMatchObject({ transfer: { mode: 'full' }, written: true });
  });

  it('is fetched whole after all when no pinned key has signed its content and one has signed the file', async () => {
    const { transfer, message, written, gateway } = await install([await ofContent(stranger), await ofFile(release)]);
    expect(message).toMatch(/^v5\.0\.5 is downloaded, whole: no release key of this gateway has signed what the image unpacks to: /);
    expect(transfer).toMatchObject({ mode: 'full', reason: expect.stringContaining('has signed what the image unpacks to') });
    expect((transfer as { bytesFetched: number }).bytesFetched).toBeGreaterThan(file.length);
    expect(written).toBe(true);
    expect(gateway.progress.filter((one) => one.bytesDone > file.length || one.percent > 100)).toEqual([]);
  });

  it.each<[string, () => Promise<ImageSignature[]>]>([
    ['a stranger has signed the content', async () => [await ofContent(stranger)]],
    ['another content is signed', async () => [{ ...(await release.sign(running.bytes)), covers: 'content' }]],
    ['the file is signed and the server says that it is the content', async () => [{ ...(await release.sign(file)), covers: 'content' }]],
    ['a list names neither', async () => [{ kind: 'sums', body: await sumsOf(running.bytes), covers: 'both' }]],
    ['a key for downgrades has signed the content', async () => [await ofContent(downgrade)]],
  ])('is refused before the slot is touched when %s', async (_, sign) => {
    const { last, untouched } = await install(await sign(), {}, { image });
    expect(last).toMatchObject({ event: 'fail', errorCode: 'SIGNATURE_INVALID' });
    expect(untouched).toBe(true);
  });

  it.each<[string, () => Promise<ImageSignature>]>([
    ['clear-signed', async () => ({ kind: 'sums', body: await sumsOf(bytes) })],
    ['clear-signed, for both as the server says', async () => ({ kind: 'sums', body: await sumsOf(bytes), covers: 'both' })],
    [
      'with its signature appended',
      async () => {
        const list = Buffer.from(`${image.sha256}  image\n`);
        const signature = Buffer.from((await release.sign(list)).body, 'base64');
        return { kind: 'sums', body: Buffer.concat([list, signature]).toString('base64'), covers: 'content' };
      },
    ],
  ])('that is another file beside a genuine list, %s, is not written: the list proves a hash and no bytes', async (_, sign) => {
    const evil = new Uint8Array(gzipSync(bytes.map((byte, at) => (at > 20_000 ? byte ^ 1 : byte))));
    const { packed } = deployOrder({ ...image, packed: { file: evil, compression: 'gzip' } });
    const served = { delta: false, fetchHttp: serveDeltaInMemory(new Map([['', evil]]), 5000) };
    const { last, untouched } = await install([await sign()], { packed }, served);
    expect(last).toMatchObject({ event: 'fail', errorCode: 'SIGNATURE_INVALID' });
    expect(untouched).toBe(true);
  });

  it('is not put together again after a kill when that was of no use: the reason is remembered', async () => {
    const asked: string[] = [];
    const serve = serveDeltaInMemory(files, 5000);
    const hang: { reached: () => void } = { reached: () => {} };
    const reached = new Promise<void>((resolve) => {
      hang.reached = resolve;
    });
    const fetchHttp =
      (isHanging: boolean): typeof fetch =>
      async (url, init) => {
        const path = String(url).replace(/^.*\/artifacts\/[0-9a-f]+/, '');
        asked.push(path);
        if (path !== '' || !isHanging) return serve(url, init);
        hang.reached();
        return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
      };
    const first = await start({ fetchHttp: fetchHttp(true) });
    await first.engine.handle(deployOrder(image, { signatures: [await ofContent(stranger), await ofFile(release)] }));
    await reached;
    const { server, clock } = first.plant;
    const next = await start({ server, clock, fetchHttp: fetchHttp(false) }, first.disk.afterCut('killed', 0));
    await Promise.race([next.restarts, next.over]);
    const done = server.reports.find(({ event }) => event === 'finish_download');
    expect(done).toMatchObject({ message: expect.stringContaining('whole: no release key'), details: { transfer: { mode: 'full' } } });
    expect(asked.filter((path) => path === '/delta/index')).toHaveLength(1);
  });

  it('that unpacks to more than was ordered is not unpacked to its end to find out who signed it', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.concat([bytes, Buffer.alloc(100_000_000)])));
    const order = { packed: { compression: 'gzip', sha256: sha256Of(bomb), sizeBytes: bomb.length } };
    const { last, untouched } = await install([await ofContent(release)], order, {
      delta: false,
      fetchHttp: serveDeltaInMemory(new Map([['', bomb]]), 50_000),
    });
    expect(last).toMatchObject({ errorCode: 'CHECKSUM_MISMATCH', message: expect.stringContaining(`more than the ${bytes.length} bytes`) });
    expect(untouched).toBe(true);
  });

  it('below the floor comes whole, because the permission names the file, and is refused when it names another', async () => {
    const signatures = [await ofContent(release), await ofFile(release)];
    const permit = async (sha256: string) => ({
      downgradePermit: await downgrade.signText({
        type: 'fairlead-downgrade/1',
        gatewayId: null,
        fromVersion: 'v5.0.4',
        toVersion: 'v5.0.5',
        sha256,
        expiresAt: '2999-01-01T00:00:00.000Z',
      }),
    });
    expect(await install(signatures, await permit(sha256Of(file)), {}, 'v5.0.6')).toMatchObject({
      transfer: { mode: 'full', reason: expect.stringContaining('permission to downgrade') },
      written: true,
    });
    expect(await install(signatures, await permit(image.sha256), {}, 'v5.0.6')).toMatchObject({
      transfer: { mode: 'blocks' },
      written: true,
    });
    const other = await install(signatures, await permit(sha256Of(running.bytes)), {}, 'v5.0.6');
    expect(other).toMatchObject({ last: { errorCode: 'SIGNATURE_INVALID' }, untouched: true });
  });
});
