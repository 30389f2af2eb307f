/** What a server that was taken over cannot do: it has the command key, and no release key. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { KeySet } from '#/protocol/trust/keyring';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { makeReleaseKey, type ReleaseKey } from '../testing/release-key';
import { SimClock } from '../testing/sim-clock';
import { GATEWAY_ID, PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage, type SimImage } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const running = makeImage('v5.0.4', 4096);
const image = makeImage('v5.0.5', 20_000, undefined, 'v5.0.5');
const older = makeImage('v5.0.3', 9000);

let release: ReleaseKey;
let downgrade: ReleaseKey;
let stranger: ReleaseKey;
let keySet: KeySet;

beforeAll(async () => {
  release = await makeReleaseKey('release');
  downgrade = await makeReleaseKey('downgrade', ['downgrade']);
  stranger = await makeReleaseKey('stranger');
  keySet = { version: 3, keys: [release.pinned, downgrade.pinned], crls: [] };
});

function freshDisk(): SimDisk {
  const disk = new SimDisk();
  disk.plant(slotFile(PATHS.slots, 'A'), running.bytes);
  disk.plant(slotFile(PATHS.slots, 'B'), running.bytes);
  return disk;
}

async function start(of: SimImage, more: Partial<SimPlant> = {}, disk = freshDisk()): Promise<SimGateway> {
  const plant: SimPlant = { clock: new SimClock(), server: new SimServer([]), image: of, releaseKeys: keySet, ...more };
  const gateway = await SimGateway.powerOn(disk, plant);
  onTestFinished(async () => {
    await gateway.engine.stop();
  });
  return gateway;
}

/** The report that ended the job. */
function ended(gateway: SimGateway) {
  return new Promise<Record<string, unknown>>((resolve) => {
    const look = () => {
      const last = gateway.plant.server.reports.at(-1);
      if (gateway.plant.server.isOver() && last) resolve(last);
    };
    gateway.outbox.onAppend(look);
    look();
  });
}

/** What the server was told of the pins. */
const saidPins = ({ plant }: SimGateway) =>
  [...plant.server.events.values()].flatMap(({ body }) => (body.type === 'release_keys' ? [body] : []));

const untouched = (gateway: SimGateway) => expect(gateway.disk.peek(slotFile(PATHS.slots, 'B'))).toEqual(running.bytes);

describe('an image on a gateway with pinned keys', () => {
  it('is installed when a pinned key has signed it, and its floor holds once it has proven itself', async () => {
    const first = await start(image);
    await first.engine.handle(deployOrder(image, { signatures: [await release.sign(image.bytes)] }));
    await first.restarts;
    expect(first.pins?.floorVersion()).toBeNull();
    const disk = first.disk.afterCut('killed', 0);
    const second = await start(image, { server: first.plant.server, clock: first.plant.clock }, disk);
    expect(await ended(second)).toMatchObject({ event: 'confirm' });
    expect(second.pins?.floorVersion()).toBe('v5.0.5');
    expect(saidPins(second)).toEqual([{ type: 'release_keys', ...second.pins?.report() }]);
  });

  it.each([
    ['unsigned', async () => undefined],
    ['signed by a stranger', async () => [await stranger.sign(image.bytes)]],
    ['signed for another image', async () => [await release.sign(running.bytes)]],
    ['signed by a key for downgrades', async () => [await downgrade.sign(image.bytes)]],
    [
      'a list of sums that a stranger signed',
      async () => [{ kind: 'sums' as const, body: Buffer.from(await stranger.clearSign(`${image.sha256}  x.img\n`)).toString('base64') }],
    ],
  ])('that is %s fails before the first byte is written, whatever the options say', async (_, sign) => {
    const written: string[] = [];
    const gateway = await start(image, { beforeAct: (act) => written.push(act) });
    const signatures = await sign();
    await gateway.engine.handle(
      deployOrder(
        image,
        { ...(signatures ? { signatures } : {}) },
        { verifySignature: false, verifyChecksum: false, verifyInstallation: false },
      ),
    );
    expect(await ended(gateway)).toMatchObject({ event: 'fail', errorCode: 'SIGNATURE_INVALID' });
    expect(written).toEqual([]);
    untouched(gateway);
  });

  it('is taken by its hash alone where nothing is pinned', async () => {
    const gateway = await start(image, { releaseKeys: undefined });
    await gateway.engine.handle(deployOrder(image));
    expect(await gateway.restarts).toContain('v5.0.5');
  });
});

describe('the set of keys', () => {
  const documentOf = (version: number, keys: KeySet['keys']) => ({ type: 'fairlead-key-set/1', version, keys, crls: [] });
  const rotate = async (gateway: SimGateway, by: ReleaseKey, version: number, keys: KeySet['keys']) =>
    gateway.engine.handle({ name: 'trust.rotate', document: await by.signText(documentOf(version, keys)) });

  it('changes by a pinned key only, upwards only, never to none, and outlives a restart', async () => {
    const gateway = await start(image);
    expect(await rotate(gateway, stranger, 9, [stranger.pinned])).toMatchObject({ code: 'TRUST_REFUSED' });
    expect(await rotate(gateway, downgrade, 9, [stranger.pinned])).toMatchObject({ code: 'TRUST_REFUSED' });
    expect(await rotate(gateway, release, 3, [stranger.pinned])).toMatchObject({ code: 'TRUST_REFUSED' });
    expect(await rotate(gateway, release, 4, [downgrade.pinned])).toMatchObject({ code: 'TRUST_REFUSED' });
    expect(gateway.pins?.report()).toMatchObject({ version: 3 });
    const next = [{ ...release.pinned, revoked: true }, stranger.pinned];
    expect(await rotate(gateway, release, 4, next)).toMatchObject({ code: 'OK' });
    // Said at once, and not with the next connect only.
    expect(saidPins(gateway)).toEqual([{ type: 'release_keys', ...gateway.pins?.report() }]);
    // The old key is revoked now: it vouches for nothing any more.
    expect(await rotate(gateway, release, 5, [release.pinned])).toMatchObject({ code: 'TRUST_REFUSED' });
    const after = await start(image, {}, await gateway.powerOff());
    expect(after.pins?.report()).toEqual({ version: 4, fingerprints: [stranger.pinned.fingerprint], floorVersion: null });
    await after.engine.handle(deployOrder(image, { signatures: [await release.sign(image.bytes)] }));
    expect(await ended(after)).toMatchObject({ event: 'fail', errorCode: 'SIGNATURE_INVALID' });
  });

  it('that is damaged on disk is an error, not none', async () => {
    const disk = freshDisk();
    disk.plant('/g/data/pins.json', new TextEncoder().encode('{"v":1'));
    await expect(start(image, {}, disk)).rejects.toThrow('pins.json is damaged');
  });
});

describe('an image below the rollback floor', () => {
  async function attempt(change: object | null, by = downgrade) {
    const gateway = await start(older);
    await gateway.pins?.raiseFloor('v5.0.4');
    const expiresAt = new Date(gateway.plant.clock.nowMs() + 60_000).toISOString();
    const permit = {
      type: 'fairlead-downgrade/1',
      gatewayId: GATEWAY_ID,
      fromVersion: 'v5.0.4',
      toVersion: 'v5.0.3',
      sha256: older.sha256,
      expiresAt,
    };
    const downgradePermit = change === null ? undefined : await by.signText({ ...permit, ...change });
    await gateway.engine.handle(
      deployOrder(older, { signatures: [await release.sign(older.bytes)], ...(downgradePermit ? { downgradePermit } : {}) }),
    );
    return gateway;
  }

  it('is installed with a permission that a downgrade key signed for it', async () => {
    expect(await (await attempt({})).restarts).toContain('v5.0.3');
    expect(await (await attempt({ gatewayId: null })).restarts).toContain('v5.0.3');
  });

  it.each<[string, object | null]>([
    ['without a permission', null],
    ['for another gateway', { gatewayId: 'G-2' }],
    ['for another image', { sha256: '0'.repeat(64) }],
    ['from another version', { fromVersion: 'v9.0.0' }],
    ['that has expired', { expiresAt: '2020-01-01T00:00:00.000Z' }],
  ])('is refused %s', async (_, change) => {
    const gateway = await attempt(change);
    expect(await ended(gateway)).toMatchObject({ event: 'fail', errorCode: 'SIGNATURE_INVALID' });
    untouched(gateway);
  });

  it('is refused when a release key signed the permission', async () => {
    expect(await ended(await attempt({}, release))).toMatchObject({ errorCode: 'SIGNATURE_INVALID' });
  });
});
