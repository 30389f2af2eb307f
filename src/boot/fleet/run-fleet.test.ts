/** The demo fleet from enrolment to a confirmed update, against the embedded broker and real HTTP. */
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImage, sha256Of } from '#/agent/testing/sim-images';
import { deployOrder } from '#/agent/testing/sim-orders';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import type { FleetGateway, FleetPlan } from '#/protocol/demo/fleet-plan';
import type { RecoveryOperation } from '#/protocol/mqtt/recovery';
import type { CommandBody } from '#/protocol/mqtt/commands';
import { FleetWorld } from './fleet-world';
import { type Fleet, startFleet } from './run-fleet';

const images = [makeImage('v5.0.3', 60_000), makeImage('v5.0.4', 60_000), makeImage('v5.0.5', 400_000)] as const;
const GOOD = '11111111-1111-4111-8111-111111111111';
const FLAKY = '22222222-2222-4222-8222-222222222222';
const SWITCHED_OFF = '33333333-3333-4333-8333-333333333333';
const WORN = '55555555-5555-4555-8555-555555555555';
const LATER = '44444444-4444-4444-8444-444444444444';

let home: string;
let world: FleetWorld;
let fleet: Fleet;

function gateway(gatewayId: string, more: Partial<FleetGateway> = {}): FleetGateway {
  const enrolmentToken = `token-for-the-gateway-${gatewayId}`;
  world.tokens.set(enrolmentToken, gatewayId);
  return {
    name: `TST-Q-STS0${gatewayId[0]}-GW1`,
    gatewayId,
    serialNumber: `SN-${gatewayId[0]}`,
    model: 'CG-420',
    hardwareRevision: 'rev-c',
    enrolmentToken,
    craneKind: 'sts',
    activeSlot: 'A',
    activeVersion: 'v5.0.4',
    inactiveVersion: 'v5.0.3',
    duty: 'parked',
    scriptSeed: 7,
    link: 'fibre',
    weakUps: false,
    upsPercent: null,
    badVersions: [],
    pinsKeys: true,
    off: false,
    ...more,
  };
}

async function writePlan(gateways: FleetGateway[]): Promise<void> {
  const files = Object.fromEntries(images.map((image) => [image.version, join(home, `${image.version}.img`)]));
  const plan: FleetPlan = { v: 1, serverUrl: world.serverUrl, images: files, slotBytes: 1_000_000, gateways };
  await writeFile(join(home, 'fleet/plan.json'), JSON.stringify(plan));
}

/** A gateway that has just started need not prove half a minute of good signals first. */
const basePolicy = { ...EXAMPLE_POLICY, holdMs: { ...EXAMPLE_POLICY.holdMs, acs_collision: 0, network_connectivity: 0, ups_battery: 0 } };
const switchOn = () =>
  startFleet({ planFile: join(home, 'fleet/plan.json'), mqttUrl: null, bootMs: 50, healthDeadlineMs: 20_000, lookMs: 100, basePolicy });
const folderOf = (gatewayId: string) => join(home, 'fleet', `TST-Q-STS0${gatewayId[0]}-GW1`);
const states = (gatewayId: string) => world.said(gatewayId, 'job').map((report) => report.state);
const answer = (gatewayId: string, commandId: string) =>
  world.until(() => world.said(gatewayId, 'command_result').find((one) => one.commandId === commandId));
const pause: CommandBody = { name: 'job.pause', jobId: 'OTA-JOB-00099', attempt: 1, reason: 'test' };

let plan: FleetGateway[];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fairlead-fleet-'));
  await mkdir(join(home, 'fleet'));
  world = await FleetWorld.start(images);
  for (const image of images) await writeFile(join(home, `${image.version}.img`), image.bytes);
  plan = [
    gateway(GOOD),
    gateway(FLAKY, { badVersions: ['v5.0.5'], activeSlot: 'B' }),
    gateway(SWITCHED_OFF, { off: true }),
    gateway(WORN, { upsPercent: 25 }),
  ];
  await writePlan(plan);
  fleet = switchOn();
});
afterAll(async () => {
  await fleet.stop();
  await world.close();
  await rm(home, { recursive: true, force: true });
});

describe('the demo fleet', { timeout: 120_000 }, () => {
  it('enrols with its tokens, says hello, and reports vitals and all five signals', async () => {
    const hello = await world.until(() => world.said(GOOD, 'hello')[0]);
    expect(hello).toMatchObject({ activeSlot: 'A', hardwareRevision: 'rev-c', serialNumber: 'SN-1', model: 'CG-420', job: null });
    expect(hello.slots.map((slot) => [slot.id, slot.version])).toEqual([
      ['A', 'v5.0.4'],
      ['B', 'v5.0.3'],
    ]);
    expect((await world.until(() => world.said(FLAKY, 'hello')[0])).activeSlot).toBe('B');
    const { report } = await world.until(() => world.telemetry.find((one) => one.gatewayId === GOOD && one.report.vitals !== undefined));
    expect(Object.keys(report.signals ?? {}).sort()).toEqual([
      'acs_collision',
      'crane_motion',
      'disk_space',
      'network_connectivity',
      'ups_battery',
    ]);
    const identity = JSON.parse(await readFile(join(folderOf(GOOD), 'data/identity.json'), 'utf8'));
    expect(identity).toMatchObject({ gatewayId: GOOD, secret: world.secrets.get(GOOD) });
  });

  it('downloads, writes, restarts and keeps a good image; falls back from one that does not come up', async () => {
    const order = (targetSlot: 'A' | 'B') => deployOrder(images[2], { targetSlot });
    world.send(GOOD, await world.sign(GOOD, order('B'), { jti: 'deploy-1' }));
    world.send(FLAKY, await world.sign(FLAKY, order('A'), { jti: 'deploy-2' }));
    expect((await answer(GOOD, 'deploy-1')).code).toBe('OK');
    await world.until(() => states(GOOD).at(-1) === 'confirmed');
    await world.until(() => states(FLAKY).at(-1) === 'rolled_back');
    const without = (gatewayId: string) => states(gatewayId).filter((state) => state !== 'waiting');
    expect([...new Set(without(GOOD))]).toEqual([
      'accepted',
      'downloading',
      'downloaded',
      'verifying',
      'writing',
      'written',
      'boot_pending',
      'booted_unconfirmed',
      'confirmed',
    ]);
    const hello = await world.until(() => world.said(GOOD, 'hello').find((one) => one.activeSlot === 'B'));
    expect(hello.bootId).not.toBe(world.said(GOOD, 'hello')[0]?.bootId);
    expect(sha256Of(await readFile(join(folderOf(GOOD), 'slots/slot-b.img')))).toBe(images[2].sha256);
    expect(world.progress.filter((one) => one.gatewayId === GOOD && one.report.state === 'downloading').length).toBeGreaterThan(1);
    const back = await world.until(() => world.said(FLAKY, 'hello').at(-1));
    expect(back).toMatchObject({ activeSlot: 'B', rollbackCount: 1 });
    expect(back.slots.find((slot) => slot.id === 'A')).toMatchObject({ status: 'failed', version: 'v5.0.5' });
  });

  it('refuses commands that are forged, misdirected, expired, early or replayed, with the code of each', async () => {
    const stranger = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const nowS = Math.floor(Date.now() / 1000);
    world.send(GOOD, await world.sign(GOOD, pause, { jti: 'forged' }, stranger.privateKey));
    world.send(GOOD, await world.sign(GOOD, pause, { jti: 'misdirected', aud: FLAKY }));
    world.send(GOOD, await world.sign(GOOD, pause, { jti: 'expired', nbf: nowS - 900, exp: nowS - 600 }));
    world.send(GOOD, await world.sign(GOOD, pause, { jti: 'early', nbf: nowS + 600, exp: nowS + 900 }));
    world.send(GOOD, await world.sign(GOOD, pause, { jti: 'old number', seq: 1 }));
    expect((await answer(GOOD, 'misdirected')).code).toBe('CMD_WRONG_GATEWAY');
    expect((await answer(GOOD, 'expired')).code).toBe('CMD_EXPIRED');
    expect((await answer(GOOD, 'early')).code).toBe('CMD_NOT_YET_VALID');
    expect((await answer(GOOD, 'old number')).code).toBe('CMD_REPLAYED');
    const twice = await world.sign(GOOD, pause, { jti: 'twice' });
    world.send(GOOD, twice);
    expect((await answer(GOOD, 'twice')).code).toBe('JOB_UNKNOWN');
    world.send(GOOD, twice);
    await world.until(() => world.said(GOOD, 'command_result').some((one) => one.commandId === 'twice' && one.code === 'CMD_REPLAYED'));
    // Nobody's word is answered, but it is told.
    expect(world.said(GOOD, 'command_result').some((one) => one.commandId === 'forged')).toBe(false);
    const entries = world.said(GOOD, 'log').flatMap((log) => log.entries);
    expect(entries.find((entry) => entry.details.code === 'CMD_SIGNATURE_INVALID')).toMatchObject({ level: 'warning' });
  });

  it('with a worn UPS writes and restarts only under a signed grant each, used once, and tells what it saw', async () => {
    world.send(WORN, await world.sign(WORN, deployOrder(images[2]), { jti: 'deploy-worn' }));
    const waitsFor = (state: string) =>
      world.until(() => states(WORN).at(-1) === 'waiting' && states(WORN).findLast((one) => one !== 'waiting') === state);
    const said = () => world.said(WORN, 'grant').map((one) => `${one.grantId} ${one.state} ${one.code}`);
    await world.until(() =>
      world
        .said(WORN, 'job')
        .at(-1)
        ?.holds.some((hold) => hold.constraint === 'ups_battery' && hold.hard === false),
    );
    const offer = async (grantId: string, op: 'O2' | 'O3', more: { aud?: string } = {}) => {
      const grant = await world.grant(
        WORN,
        grantId,
        { op, constraint: 'ups_battery', bound: { levelPercent: 25, onBattery: false } },
        more,
      );
      world.send(WORN, await world.sign(WORN, { name: 'grant.offer', grant }, { jti: `offer-${grantId}` }));
      return grant;
    };
    await offer('misdirected', 'O2', { aud: GOOD });
    expect(await answer(WORN, 'offer-misdirected')).toMatchObject({ code: 'GRANT_REFUSED', details: { code: 'GRANT_WRONG_GATEWAY' } });
    const first = await offer('for the write', 'O2');
    await world.until(() => said().includes('for the write used OK'));
    const used = world.said(WORN, 'grant').find((one) => one.state === 'used');
    expect(used?.observed.find((one) => one.constraint === 'ups_battery')).toMatchObject({
      value: '25 %',
      level: 'soft',
      source: 'simulated crane',
    });
    await waitsFor('written');
    // A broker, or anyone who hears it, may send it again.
    world.send(WORN, await world.sign(WORN, { name: 'grant.offer', grant: first }, { jti: 'replay' }));
    expect((await answer(WORN, 'replay')).details).toEqual({ code: 'GRANT_REPLAYED' });
    await offer('for the switch', 'O3');
    await answer(WORN, 'offer-for the switch');
    await world.until(() => states(WORN).at(-1) === 'confirmed');
    expect(said().filter((one) => one.includes(' used '))).toEqual(['for the write used OK', 'for the switch used OK']);
    const report = world.said(WORN, 'job').at(-1);
    expect(JSON.stringify(report?.details.safety)).toContain('25 %');
  });

  it('takes a snapshot of itself, is reset to what it was made with, is restored, and sends a bundle without its secrets', async () => {
    const folder = folderOf(GOOD);
    const [parameters, network] = [join(folder, 'gateway/data/crane-parameters.json'), join(folder, 'gateway/config/network.json')];
    await chmod(parameters, 0o640);
    await chmod(dirname(parameters), 0o750);
    const [factory, wifi] = [await readFile(parameters, 'utf8'), await readFile(network, 'utf8')];
    const order = async (jobId: string, recovery: RecoveryOperation) => {
      const body = {
        name: 'recovery.start',
        jobId,
        attempt: 1,
        strategy: 'seamless',
        reason: 'test',
        notBeforeAt: null,
        windowEndsAt: null,
      } as const;
      world.send(GOOD, await world.sign(GOOD, { ...body, recovery }, { jti: jobId }));
      expect((await answer(GOOD, jobId)).code).toBe('OK');
      return world.until(() => world.said(GOOD, 'job').find((one) => one.jobId === jobId && one.state === 'confirmed'));
    };
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const snapshot = { name: 'test', compression: 'zstd', type: 'manual', expiresAt } as const;
    await order('OTA-JOB-00201', {
      operation: 'snapshot',
      snapshot: { ...snapshot, snapshotId: 'SNP-0001', contents: ['image', 'data', 'config', 'logs'] },
    });
    const list = () => world.said(GOOD, 'snapshots').at(-1);
    expect(list()).toMatchObject({
      snapshots: [{ id: 'SNP-0001', version: 'v5.0.5', bootable: true }],
      recoveryImage: { present: true, version: 'v5.0.4' },
    });
    const sha256 = list()?.snapshots[0]?.sha256 ?? '';
    await order('OTA-JOB-00202', {
      operation: 'factory_reset',
      resetType: 'data',
      backup: { ...snapshot, snapshotId: 'SNP-0002', contents: ['data'] },
      preserveNetwork: true,
    });
    await expect(readFile(parameters)).rejects.toThrow('ENOENT');
    await order('OTA-JOB-00203', {
      operation: 'restore',
      snapshotId: 'SNP-0001',
      sha256,
      version: 'v5.0.5',
      targetSlot: 'A',
      verify: true,
    });
    expect(await readFile(parameters, 'utf8')).toBe(factory);
    expect([(await stat(parameters)).mode & 0o777, (await stat(dirname(parameters))).mode & 0o777]).toEqual([0o640, 0o750]);
    expect(sha256Of(await readFile(join(folder, 'slots/slot-a.img')))).toBe(images[2].sha256);
    expect((await world.until(() => world.said(GOOD, 'hello').findLast((one) => one.activeSlot === 'A'))).activeSlot).toBe('A');
    const uploadPath = '/device/v1/bundles/DBG-0001';
    const collect = { name: 'bundle.collect', bundleId: 'DBG-0001', kind: 'diagnostic', maxBytes: 5_000_000, uploadPath } as const;
    const body = { ...collect, contents: ['logs', 'config', 'system_info'], compression: 'gzip' } as const;
    world.send(GOOD, await world.sign(GOOD, { ...body, contents: [...body.contents] }, { jti: 'bundle' }));
    expect((await world.until(() => world.said(GOOD, 'bundle')[0])).state).toBe('uploaded');
    const text = gunzipSync(world.uploads.get(uploadPath) ?? Buffer.alloc(0)).toString();
    for (const kept of ['logs/agent.log', 'OTA-JOB-00203', 'config/plc.ini', 'system/diagnosis.json', JSON.parse(wifi).hostname])
      expect(text).toContain(kept);
    const plc = /password=(\S+)/.exec(await readFile(join(folder, 'gateway/config/plc.ini'), 'utf8'))?.[1] ?? 'none';
    for (const secret of [world.secrets.get(GOOD) ?? 'none', plc, plan[0]?.enrolmentToken ?? 'none']) expect(text).not.toContain(secret);
  });

  it('keeps what it has to say while the broker is away, and says it in order', async () => {
    const before = world.events.filter((one) => one.gatewayId === GOOD).length;
    world.confirms = false;
    world.send(GOOD, await world.sign(GOOD, { ...pause, reason: 'first' }, { jti: 'unconfirmed-1' }));
    world.send(GOOD, await world.sign(GOOD, { ...pause, reason: 'second' }, { jti: 'unconfirmed-2' }));
    const heard = world.telemetry.length;
    await world.until(() => world.telemetry.length > heard + 1);
    await world.closeBroker();
    world.confirms = true;
    await world.openBroker();
    await answer(GOOD, 'unconfirmed-2');
    await world.until(() =>
      world.events
        .filter((one) => one.gatewayId === GOOD)
        .slice(before)
        .some((one) => one.event.body.type === 'hello'),
    );
    const later = world.events.filter((one) => one.gatewayId === GOOD).slice(before);
    const ids = later.flatMap(({ event: { body } }) => (body.type === 'command_result' ? [body.commandId] : []));
    expect(ids.slice(0, 2)).toEqual(['unconfirmed-1', 'unconfirmed-2']);
    const numbers = world.events.filter((one) => one.gatewayId === GOOD).map((one) => one.event.n);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('goes on after a restart of the whole fleet as the same gateways, and takes in those that the plan adds', async () => {
    await fleet.stop();
    const hellos = world.said(GOOD, 'hello').length;
    await writePlan([...plan, gateway(LATER)]);
    fleet = switchOn();
    const hello = await world.until(() => world.said(GOOD, 'hello')[hellos]);
    expect(hello).toMatchObject({ activeSlot: 'A', job: { state: 'confirmed' } });
    await world.until(() => world.said(LATER, 'hello')[0]);
    expect(new Set(world.events.filter((one) => one.gatewayId === GOOD).map((one) => one.event.epoch)).size).toBe(1);
  });

  it('lays a gateway out anew when the plan has another token for it', async () => {
    const hellos = world.said(LATER, 'hello').length;
    const anew = { ...gateway(LATER), enrolmentToken: 'another-token-of-the-same-gateway' };
    world.tokens.set(anew.enrolmentToken, LATER);
    world.secrets.delete(LATER);
    await writePlan([...plan, anew]);
    await world.until(() => world.said(LATER, 'hello')[hellos]);
    expect(new Set(world.events.filter((one) => one.gatewayId === LATER).map((one) => one.event.epoch)).size).toBe(2);
  });

  it('leaves a gateway that is off switched off', () => {
    expect(world.secrets.has(SWITCHED_OFF)).toBe(false);
  });
});
