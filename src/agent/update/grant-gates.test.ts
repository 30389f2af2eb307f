/** Grants at the gates: what they let through, what they never let through, and that each is used once, for one act. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Constraint, SignalSet } from '#/domain/safety/signals';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { type GrantOffice, type GrantOrder, MOTION_GRANT, openGrantOffice, placeOf, UPS_GRANT } from '../testing/grant-office';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage } from '../testing/sim-images';
import { deployOrder, JOB } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const YEAR_MS = 365 * 86_400_000;
const oldImage = makeImage('v5.0.4', 100);
const newImage = makeImage('v5.0.5', 6000);
let office: GrantOffice;
beforeAll(async () => {
  office = await openGrantOffice();
});

/** A crane whose signals a test changes while the engine runs. */
class Crane {
  battery = 100;
  moving = false;
  stoppedAtMs: number | null = null;
  missing: Constraint | null = null;
  sampledAgoMs = 0;
  disagree = false;
  distanceM = 40;

  read(clock: SimClock): SignalSet {
    const set = clearSignals({ nowMs: () => clock.nowMs() - this.sampledAgoMs });
    if (set.ups_battery) set.ups_battery.value.levelPercent = this.battery;
    if (set.acs_collision) set.acs_collision.value.distanceM = this.distanceM;
    if (set.crane_motion) {
      const lastMovementAt = this.stoppedAtMs === null ? null : new Date(this.stoppedAtMs).toISOString();
      set.crane_motion.value = { moving: this.moving, loadSuspended: false, sourcesDisagree: this.disagree, lastMovementAt };
    }
    // Clear for ever, also by a clock that is set back.
    for (const signal of Object.values(set)) signal.clearSinceAt = '2020-01-01T00:00:00.000Z';
    if (this.missing !== null) delete set[this.missing];
    return set;
  }
}

async function start(crane: Crane, more: Partial<SimPlant> = {}, disk?: SimDisk): Promise<SimGateway> {
  const fresh = new SimDisk();
  fresh.plant(slotFile(PATHS.slots, 'A'), oldImage.bytes);
  const signals = (clock: SimClock) => crane.read(clock);
  const plant: SimPlant = { clock: new SimClock(), server: new SimServer([]), image: newImage, grantKeys: office.keys, signals, ...more };
  const gateway = await SimGateway.powerOn(disk ?? fresh, plant);
  onTestFinished(() => (gateway.disk.isDead ? undefined : gateway.engine.stop()));
  return gateway;
}

/** Resolves when the condition holds; looked at after everything that is said. */
function until(gateway: SimGateway, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!condition()) return;
      stop();
      resolve();
    };
    const stop = gateway.outbox.onAppend(look);
    look();
  });
}

async function offer(gateway: SimGateway, order: GrantOrder): Promise<string> {
  const grant = await office.sign(placeOf(gateway), gateway.plant.clock.nowMs(), order);
  const { code, details } = await gateway.engine.handle({ name: 'grant.offer', grant });
  return code === 'OK' ? code : String(details?.code);
}

const state = (gateway: SimGateway) => gateway.plant.server.position.state;
const states = (gateway: SimGateway) => gateway.plant.server.states();
const said = (gateway: SimGateway) =>
  [...gateway.plant.server.events.values()].flatMap(({ body }) => (body.type === 'grant' ? [body] : []));
const used = (gateway: SimGateway) => said(gateway).filter((one) => one.state === 'used');
const lastHold = (gateway: SimGateway) => gateway.plant.server.reports.filter((one) => one.state === 'waiting').at(-1)?.holds ?? [];
const waits = (gateway: SimGateway, message: RegExp) => until(gateway, () => lastHold(gateway).some((one) => message.test(one.message)));
/** So many looks of a job that waits. */
async function looks(gateway: SimGateway, count: number): Promise<void> {
  const untilMs = gateway.plant.clock.monotonicMs() + count * 1000;
  while (gateway.plant.clock.monotonicMs() < untilMs) await new Promise((resolve) => setImmediate(resolve));
}

describe('a soft limit', () => {
  it('is passed with a grant for the write, and with another for the switch and its reboot; each is used once', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await gateway.engine.handle(deployOrder(newImage));
    await waits(gateway, /battery at 25 %/);
    expect(states(gateway)).toContain('downloaded');
    expect(await offer(gateway, { ...UPS_GRANT, job_id: JOB.jobId, artifact_sha256: newImage.sha256 })).toBe('OK');
    await until(gateway, () => states(gateway).includes('written') && state(gateway) === 'waiting');
    expect(used(gateway)).toMatchObject([{ grantId: 'grant-1', code: 'OK', jobId: JOB.jobId }]);
    expect(used(gateway)[0]?.observed.find((one) => one.constraint === 'ups_battery')).toMatchObject({
      value: '25 %',
      level: 'soft',
      source: 'sim',
    });
    expect(await offer(gateway, { ...UPS_GRANT, jti: 'grant-2', op: 'O3' })).toBe('OK');
    expect(await gateway.restarts).toContain('v5.0.5');
    expect(used(gateway).map((one) => one.grantId)).toEqual(['grant-1', 'grant-2']);

    // After the boot the commit waits for nothing: it says what it saw.
    const { server, clock } = gateway.plant;
    const next = await start(crane, { server, clock }, gateway.disk.afterCut('killed', 0));
    await next.over;
    expect(state(next)).toBe('confirmed');
    expect(JSON.stringify(server.reports.at(-1)?.details.safety)).toContain('25 %');
    expect(used(next)).toHaveLength(2);
    expect(server.lies).toEqual([]);
  });

  it('is not passed by a grant whose bound the value has left', async () => {
    const gateway = await start(Object.assign(new Crane(), { battery: 21.5 }));
    await offer(gateway, UPS_GRANT);
    await gateway.engine.handle(deployOrder(newImage));
    await waits(gateway, /GRANT_BOUND_EXCEEDED/);
    await looks(gateway, 20);
    expect(used(gateway)).toEqual([]);
    expect(states(gateway)).not.toContain('writing');
  });

  it('fails an immediate update, unless a grant is there', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await gateway.engine.handle(deployOrder(newImage, { strategy: 'immediate' }));
    await until(gateway, () => state(gateway) === 'failed');
    expect(gateway.plant.server.reports.at(-1)).toMatchObject({ errorCode: 'UPDATE_BLOCKED' });

    const granted = await start(crane);
    await offer(granted, UPS_GRANT);
    await offer(granted, { ...UPS_GRANT, jti: 'grant-2', op: 'O3' });
    await granted.engine.handle(deployOrder(newImage, { strategy: 'immediate' }));
    await granted.restarts;
    expect(used(granted)).toHaveLength(2);
  });
});

describe('whatever grant exists, the write waits', () => {
  const everything: GrantOrder[] = [
    { ...UPS_GRANT, jti: 'ups', bound: { levelPercent: 20, onBattery: true } },
    { constraint: 'network_connectivity', op: 'O2', jti: 'net', bound: { lossPercent: 50, rttMs: 10_000 } },
    { constraint: 'disk_space', op: 'O2', jti: 'disk', bound: { freeBytes: 80_000_000 } },
  ];
  it.each<[string, Partial<Crane>]>([
    ['a battery below its hard limit', { battery: 19 }],
    ['a battery that is silent', { missing: 'ups_battery' }],
    ['values that are stale', { sampledAgoMs: 61_000 }],
    ['values from the future', { sampledAgoMs: -61_000 }],
  ])('%s', async (_name, crane) => {
    const now = Object.assign(new Crane(), { battery: 21 });
    const gateway = await start(now);
    for (const order of everything) expect(await offer(gateway, order)).toBe('OK');
    // Right until it is downloaded.
    const look = gateway.outbox.onAppend(() => {
      if (states(gateway).includes('downloaded')) Object.assign(now, crane);
    });
    await gateway.engine.handle(deployOrder(newImage));
    await until(gateway, () => states(gateway).includes('downloaded') && state(gateway) === 'waiting');
    await looks(gateway, 50);
    look();
    expect(used(gateway)).toEqual([]);
    expect(states(gateway)).not.toContain('writing');
  });
});

describe('whatever grant exists, the reboot waits', () => {
  it.each<[string, Partial<Crane>]>([
    ['a crane that moves', { moving: true }],
    ['motion sources that disagree', { disagree: true }],
    ['a motion sensor that is silent', { missing: 'crane_motion' }],
    ['a motion sensor that hangs', { sampledAgoMs: 2500 }],
    ['a neighbour too near', { distanceM: 4 }],
  ])('%s', async (_name, change) => {
    const crane = new Crane();
    const gateway = await start(crane);
    const acs: GrantOrder = { constraint: 'acs_collision', op: 'O3', bound: { distanceM: 5 }, jti: 'acs' };
    for (const order of [{ ...MOTION_GRANT, bound: { restMs: 5000 } }, acs]) expect(await offer(gateway, order)).toBe('OK');
    const look = gateway.outbox.onAppend(() => {
      if (states(gateway).includes('written')) Object.assign(crane, change);
    });
    await gateway.engine.handle(deployOrder(newImage));
    await until(gateway, () => states(gateway).includes('written') && state(gateway) === 'waiting');
    await looks(gateway, 50);
    look();
    expect(used(gateway)).toEqual([]);
    expect(states(gateway)).not.toContain('boot_pending');
  });
});

describe('a grant that is there is not for this step', () => {
  it.each<[string, GrantOrder]>([
    ['GRANT_WRONG_OPERATION', { ...UPS_GRANT, op: 'O3' }],
    ['GRANT_WRONG_JOB', { ...UPS_GRANT, job_id: 'OTA-JOB-00002' }],
    ['GRANT_WRONG_ARTIFACT', { ...UPS_GRANT, artifact_sha256: 'b'.repeat(64) }],
  ])('%s', async (code, order) => {
    const gateway = await start(Object.assign(new Crane(), { battery: 25 }));
    // Taken in while there is no job that speaks against it.
    expect(await offer(gateway, order)).toBe('OK');
    await gateway.engine.handle(deployOrder(newImage));
    await waits(gateway, new RegExp(code));
    await looks(gateway, 20);
    expect(used(gateway)).toEqual([]);
  });

  const setBack = (clock: SimClock) => {
    clock.pass(600_000);
    clock.step(-600_000);
  };
  it.each([
    ['GRANT_EXPIRED', (clock: SimClock) => clock.pass(600_000)],
    ['GRANT_EXPIRED', (clock: SimClock) => clock.step(YEAR_MS)],
    ['GRANT_NOT_YET_VALID', (clock: SimClock) => clock.step(-YEAR_MS)],
    // Set back by as much as has passed: by the wall clock it would be as fresh as ever.
    ['GRANT_EXPIRED', setBack],
  ])('%s after the clock has changed', async (code, change) => {
    const gateway = await start(Object.assign(new Crane(), { battery: 25 }));
    await offer(gateway, UPS_GRANT);
    change(gateway.plant.clock);
    await gateway.engine.handle(deployOrder(newImage));
    await waits(gateway, new RegExp(code));
    await looks(gateway, 20);
    expect(used(gateway)).toEqual([]);
  });

  it('GRANT_LINK_SILENT while the server is not heard, for movement', async () => {
    let silentForMs = 61_000;
    const crane = Object.assign(new Crane(), { stoppedAtMs: 0 });
    const gateway = await start(crane, { silentForMs: () => silentForMs });
    crane.stoppedAtMs = gateway.plant.clock.nowMs() - 10_000;
    const keep = setInterval(() => Object.assign(crane, { stoppedAtMs: gateway.plant.clock.nowMs() - 15_000 }), 0);
    onTestFinished(() => clearInterval(keep));
    await offer(gateway, { ...MOTION_GRANT, bound: { restMs: 5000 } });
    await gateway.engine.handle(deployOrder(newImage));
    await waits(gateway, /GRANT_LINK_SILENT/);
    expect(used(gateway)).toEqual([]);
    silentForMs = 0;
    await gateway.restarts;
    expect(used(gateway)).toHaveLength(1);
  });
});

describe('a used grant', () => {
  /** One whose grant for the write is used; it has come to the switch. */
  async function afterWrite(crane: Crane) {
    const gateway = await start(crane);
    const jws = await office.sign(placeOf(gateway), gateway.plant.clock.nowMs(), UPS_GRANT);
    await gateway.engine.handle({ name: 'grant.offer', grant: jws });
    await gateway.engine.handle(deployOrder(newImage));
    await until(gateway, () => states(gateway).includes('written') && state(gateway) === 'waiting');
    expect(used(gateway)).toHaveLength(1);
    return { gateway, jws };
  }
  const replay = async (gateway: SimGateway, grant: string) => (await gateway.engine.handle({ name: 'grant.offer', grant })).details?.code;

  it('is refused when it comes again: in the same boot, after a restart of the agent, after a reboot, at another gateway', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const { gateway, jws } = await afterWrite(crane);
    expect(await replay(gateway, jws)).toBe('GRANT_REPLAYED');
    await gateway.engine.stop();
    const { server, clock } = gateway.plant;
    const restarted = await start(crane, { server, clock, bootId: gateway.slots.bootId }, gateway.disk.afterCut('killed', 0));
    expect(await replay(restarted, jws)).toBe('GRANT_REPLAYED');
    const rebooted = await start(crane, { server, clock }, gateway.disk.afterCut('lost', 0));
    expect(await replay(rebooted, jws)).toBe('GRANT_REPLAYED');
    // A gateway that has lost its memory, or another one, knows the boot.
    expect(await replay(await start(crane), jws)).toBe('GRANT_WRONG_BOOT');
    expect(used(rebooted)).toHaveLength(1);
  });

  it('serves no other attempt of the job', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const { gateway } = await afterWrite(crane);
    await gateway.engine.handle({ name: 'job.cancel', ...JOB, reason: 'test', cleanup: false });
    await gateway.engine.handle(deployOrder(newImage, { attempt: 2 }));
    await until(gateway, () => gateway.plant.server.reports.at(-1)?.attempt === 2 && state(gateway) === 'waiting');
    await looks(gateway, 20);
    const second = gateway.plant.server.reports.filter((one) => one.attempt === 2).map((one) => one.state);
    expect(second).not.toContain('writing');
  });

  it('does not begin its act again after it was revoked', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await offer(gateway, UPS_GRANT);
    await offer(gateway, { ...UPS_GRANT, jti: 'grant-2', op: 'O3' });
    // The crane moves as soon as the switch is made: the reboot waits.
    const stop = gateway.outbox.onAppend(() => {
      if (states(gateway).includes('boot_pending')) crane.moving = true;
    });
    await gateway.engine.handle(deployOrder(newImage));
    await until(gateway, () => states(gateway).includes('boot_pending'));
    await looks(gateway, 5);
    await gateway.engine.handle({ name: 'grant.revoke', grantId: 'grant-2', reason: 'enough' });
    stop();
    crane.moving = false;
    let restarted = false;
    gateway.restarts.then(() => {
      restarted = true;
    });
    await looks(gateway, 120);
    expect(restarted).toBe(false);
    expect(said(gateway).map((one) => `${one.grantId} ${one.state}`)).toContain('grant-2 revoked');
    // With another grant it may.
    expect(await offer(gateway, { ...UPS_GRANT, jti: 'grant-3', op: 'O3' })).toBe('OK');
    await gateway.restarts;
  });

  it('does not begin its act again in another life of the agent', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await offer(gateway, UPS_GRANT);
    const killed = new Promise<SimDisk>((resolve) => {
      gateway.disk.onOperation = (cut) => {
        if (gateway.journal.read().grants.records[0]?.state === 'used') resolve(cut.afterCut('killed', 0));
      };
    });
    await gateway.engine.handle(deployOrder(newImage));
    const disk = await killed;
    disk.onOperation = null;
    gateway.disk.powerOff();
    const { server, clock } = gateway.plant;
    const next = await start(crane, { server, clock, bootId: gateway.slots.bootId }, disk);
    await waits(next, /GRANT_USED/);
    await looks(next, 30);
    expect(states(next)).not.toContain('written');
    expect(new Set(used(next).map((one) => one.grantId))).toEqual(new Set(['grant-1']));
  });

  it('lets its act begin again in the same life: the reboot after a moment of movement', async () => {
    const crane = Object.assign(new Crane(), { battery: 25 });
    const gateway = await start(crane);
    await offer(gateway, UPS_GRANT);
    await offer(gateway, { ...UPS_GRANT, jti: 'grant-2', op: 'O3' });
    let held = 0;
    gateway.outbox.onAppend(() => {
      if (states(gateway).includes('boot_pending') && held === 0) {
        held = gateway.plant.clock.nowMs();
        crane.moving = true;
      }
    });
    await gateway.engine.handle(deployOrder(newImage));
    await until(gateway, () => held > 0);
    await looks(gateway, 10);
    crane.moving = false;
    await gateway.restarts;
    expect(used(gateway)).toHaveLength(2);
  });
});

describe('a download', () => {
  const policy = { ...SHIPPED_SITE_POLICY, pauseDownload: { ...SHIPPED_SITE_POLICY.pauseDownload, crane_motion: true } };
  /** Serves some bytes and then waits until it is told to go on or is stopped. */
  function slowServer(image = newImage) {
    const gate = { begun: 0, open: false };
    const fetchHttp: typeof fetch = async (_url, init) => {
      const range = /^bytes=(\d+)-$/.exec(new Headers(init?.headers).get('range') ?? '');
      let offset = range ? Number(range[1]) : 0;
      gate.begun += 1;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (offset >= 2048 && !gate.open)
            await new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
          if (offset >= image.bytes.length) return controller.close();
          controller.enqueue(image.bytes.slice(offset, offset + 1024));
          offset += 1024;
        },
      });
      const headers = {
        etag: '"x"',
        'content-length': String(image.bytes.length - offset),
        ...(range ? { 'content-range': `bytes ${offset}-${image.bytes.length - 1}/${image.bytes.length}` } : {}),
      };
      return new Response(body, { status: range ? 206 : 200, headers });
    };
    return { gate, fetchHttp };
  }

  it('pauses when the crane begins to move, as the policy says, and resumes by itself where it was', async () => {
    const crane = new Crane();
    const { gate, fetchHttp } = slowServer();
    const gateway = await start(crane, { fetchHttp });
    await gateway.engine.handle({ name: 'policy.apply', version: 1, policy });
    await gateway.engine.handle(deployOrder(newImage));
    await until(gateway, () => state(gateway) === 'downloading');
    while (gate.begun === 0) await new Promise((resolve) => setImmediate(resolve));
    crane.moving = true;
    await waits(gateway, /an axis is moving/);
    expect(lastHold(gateway)).toMatchObject([{ kind: 'interlock', constraint: 'crane_motion', hard: true, source: 'sim' }]);
    await looks(gateway, 30);
    expect(gate.begun).toBe(1);
    gate.open = true;
    crane.moving = false;
    crane.stoppedAtMs = gateway.plant.clock.nowMs();
    await gateway.restarts;
    expect(gate.begun).toBe(2);
    expect(states(gateway).filter((one) => one === 'downloading')).toHaveLength(2);
  });

  it('goes on while the crane moves where the policy does not say so; an immediate one fails where it does', async () => {
    const crane = new Crane();
    const { gate, fetchHttp } = slowServer();
    const gateway = await start(crane, { fetchHttp });
    await gateway.engine.handle(deployOrder(newImage));
    await until(gateway, () => state(gateway) === 'downloading');
    crane.moving = true;
    await looks(gateway, 30);
    expect(state(gateway)).toBe('downloading');
    gate.open = true;

    const immediate = await start(new Crane(), { fetchHttp: slowServer().fetchHttp, signals: (clock) => crane.read(clock) });
    crane.moving = false;
    await immediate.engine.handle({ name: 'policy.apply', version: 1, policy });
    await immediate.engine.handle(deployOrder(newImage, { strategy: 'immediate' }));
    await until(immediate, () => state(immediate) === 'downloading');
    crane.moving = true;
    await until(immediate, () => state(immediate) === 'failed');
    expect(immediate.plant.server.reports.at(-1)?.errorCode).toBe('UPDATE_BLOCKED');
  });

  it('a write that runs is finished while the crane moves, and there is no reboot', async () => {
    const crane = new Crane();
    const gateway = await start(crane);
    await gateway.engine.handle({ name: 'policy.apply', version: 1, policy });
    const stop = gateway.outbox.onAppend(() => {
      if (state(gateway) === 'writing') crane.moving = true;
    });
    await gateway.engine.handle(deployOrder(newImage));
    await waits(gateway, /an axis is moving/);
    stop();
    expect(states(gateway)).toContain('written');
    await looks(gateway, 30);
    expect(states(gateway)).not.toContain('boot_pending');
  });
});
