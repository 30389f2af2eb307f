/** What the agent takes in, refuses and ends, each with its code. */
import { beforeAll, describe, expect, it } from 'vitest';
import { judgeConstraint } from '#/domain/safety/evaluate';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import { SHIPPED_SITE_POLICY, type SitePolicy } from '#/domain/safety/site-policy';
import type { GrantReport } from '#/protocol/mqtt/grants';
import { EMPTY_JOURNAL } from '../journal/journal-schema';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { type GrantOffice, type GrantOrder, MOTION_GRANT, openGrantOffice, placeOf, UPS_GRANT } from '../testing/grant-office';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, PATHS, SimGateway, type SimPlant } from '../testing/sim-gateway';
import { makeImage } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';
import { policyOf } from './policy-in-force';

const YEAR_MS = 365 * 86_400_000;
const oldImage = makeImage('v5.0.4', 100);
const newImage = makeImage('v5.0.5', 200);
let office: GrantOffice;
let stranger: GrantOffice;

beforeAll(async () => {
  [office, stranger] = await Promise.all([openGrantOffice(), openGrantOffice()]);
});

async function powerOn(more: Partial<SimPlant> = {}, disk?: SimDisk): Promise<SimGateway> {
  const fresh = new SimDisk();
  fresh.plant(slotFile(PATHS.slots, 'A'), oldImage.bytes);
  const plant = { clock: new SimClock(), server: new SimServer([]), image: newImage, grantKeys: office.keys, ...more };
  return SimGateway.powerOn(disk ?? fresh, plant);
}

const sign = (gateway: SimGateway, order: GrantOrder, place = placeOf(gateway)) => office.sign(place, gateway.plant.clock.nowMs(), order);
/** What the agent has said of grants: state and code, in order. */
function said(gateway: SimGateway): GrantReport[] {
  return [...gateway.plant.server.events.values()].flatMap(({ body }) => (body.type === 'grant' ? [body] : []));
}
const spoken = (gateway: SimGateway) => said(gateway).map(({ state, code }) => `${state} ${code}`);
const codeOf = async (gateway: SimGateway, jws: string) => {
  const { code, details } = await gateway.engine.handle({ name: 'grant.offer', grant: jws });
  return code === 'OK' ? code : details?.code;
};

describe('an offer', () => {
  it('that is right is accepted, kept and told, once', async () => {
    const gateway = await powerOn();
    const jws = await sign(gateway, UPS_GRANT);
    expect(await codeOf(gateway, jws)).toBe('OK');
    expect(await codeOf(gateway, jws)).toBe('OK');
    expect(spoken(gateway)).toEqual(['accepted OK']);
    expect(gateway.journal.read().grants).toMatchObject({ records: [{ id: 'grant-1', state: 'accepted' }], reports: [] });
  });

  it('that comes again with a newer nonce counts; a late copy of the earlier one changes nothing', async () => {
    const gateway = await powerOn();
    const early = await sign(gateway, UPS_GRANT);
    gateway.nonces.renew();
    gateway.nonces.renew();
    const late = await sign(gateway, UPS_GRANT);
    expect(await codeOf(gateway, late)).toBe('OK');
    expect(await codeOf(gateway, early)).toBe('GRANT_NONCE_STALE');
    expect(spoken(gateway)).toEqual(['accepted OK']);
    expect(gateway.journal.read().grants.records).toMatchObject([{ id: 'grant-1', state: 'accepted' }]);
  });

  it.each<[string, GrantOrder]>([
    ['GRANT_WRONG_GATEWAY', { ...UPS_GRANT, aud: 'G-2' }],
    ['GRANT_WRONG_BOOT', { ...UPS_GRANT, boot_id: 'another boot' }],
    ['GRANT_NONCE_STALE', { ...UPS_GRANT, nonce: 'a nonce that nobody gave' }],
    ['GRANT_EXPIRED', { ...UPS_GRANT, iat: 1000, nbf: 1000, exp: 2000 }],
    ['GRANT_NOT_YET_VALID', { ...UPS_GRANT, nbf: 4_000_000_000, exp: 4_000_000_600 }],
    ['GRANT_WRONG_OPERATION', { ...UPS_GRANT, op: 'O1' }],
    ['GRANT_PAST_HARD_LIMIT', { ...UPS_GRANT, bound: { levelPercent: 19, onBattery: false } }],
    ['GRANT_PAST_HARD_LIMIT', { constraint: 'acs_collision', bound: { distanceM: 4.9 } }],
    ['GRANT_PAST_HARD_LIMIT', { constraint: 'disk_space', op: 'O1', bound: { freeBytes: 1000 } }],
    ['GRANT_MALFORMED', { ...UPS_GRANT, max_uses: 2 as 1 }],
    ['GRANT_MALFORMED', { ...UPS_GRANT, kid: 'another key' }],
    ['GRANT_MALFORMED', { constraint: 'crane_motion', bound: { distanceM: 3 } as never }],
  ])('is refused: %s for %j', async (code, order) => {
    const gateway = await powerOn();
    expect(await codeOf(gateway, await sign(gateway, order))).toBe(code);
    expect(spoken(gateway)).toEqual([`refused ${code}`]);
    expect(gateway.journal.read().grants.records).toEqual([]);
  });

  it('is refused when it is forged, of an unknown key, or another kind of signed text', async () => {
    const gateway = await powerOn();
    const place = placeOf(gateway);
    const nowMs = gateway.plant.clock.nowMs();
    expect(await codeOf(gateway, await stranger.sign(place, nowMs, UPS_GRANT))).toBe('GRANT_SIGNATURE_INVALID');
    expect(await codeOf(gateway, await office.sign(place, nowMs, UPS_GRANT, 'fairlead-command+jws'))).toBe('GRANT_MALFORMED');
    const other = await openGrantOffice('grant-2');
    const foreign = await other.sign(place, nowMs, UPS_GRANT);
    expect(await codeOf(gateway, foreign)).toBe('GRANT_UNKNOWN_KEY');
    await gateway.engine.handle({ name: 'keys.pin', grantKeys: other.keys });
    expect(await codeOf(gateway, foreign)).toBe('OK');
    expect(await codeOf(gateway, 'no jws at all')).toBe('GRANT_MALFORMED');
  });

  it('is refused for another job or image than the one at work', async () => {
    const gateway = await powerOn({ signals: (clock) => ({ ...clearSignals(clock), disk_space: undefined }) });
    await gateway.engine.handle(deployOrder(newImage));
    expect(await codeOf(gateway, await sign(gateway, { ...UPS_GRANT, job_id: 'OTA-JOB-00002' }))).toBe('GRANT_WRONG_JOB');
    expect(await codeOf(gateway, await sign(gateway, { ...UPS_GRANT, artifact_sha256: 'b'.repeat(64) }))).toBe('GRANT_WRONG_ARTIFACT');
    const right = { ...UPS_GRANT, jti: 'grant-2', job_id: 'OTA-JOB-00001', artifact_sha256: newImage.sha256 };
    expect(await codeOf(gateway, await sign(gateway, right))).toBe('OK');
    await gateway.engine.stop();
  });

  it('takes the last two nonces, for a minute each', async () => {
    const gateway = await powerOn();
    const { clock } = gateway.plant;
    const place = placeOf(gateway);
    clock.pass(60_000);
    expect(gateway.nonces.current()).not.toBe(place.nonce);
    expect(await codeOf(gateway, await sign(gateway, UPS_GRANT, place))).toBe('OK');
    clock.pass(60_000);
    expect(await codeOf(gateway, await sign(gateway, { ...UPS_GRANT, jti: 'grant-2' }, place))).toBe('GRANT_NONCE_STALE');
    const late = placeOf(gateway);
    clock.pass(130_000);
    expect(await codeOf(gateway, await sign(gateway, { ...UPS_GRANT, jti: 'grant-3' }, late))).toBe('GRANT_NONCE_STALE');
  });
});

describe('a grant ends', () => {
  it('at its end, on either clock: a clock that is set a year back makes it no longer, one set ahead ends it', async () => {
    for (const stepMs of [0, -YEAR_MS, YEAR_MS]) {
      const gateway = await powerOn();
      const { clock } = gateway.plant;
      await codeOf(gateway, await sign(gateway, UPS_GRANT));
      clock.pass(599_000);
      await gateway.grants.look(clearSignals(clock));
      expect(spoken(gateway)).toEqual(['accepted OK']);
      clock.step(stepMs);
      clock.pass(stepMs > 0 ? 0 : 1000);
      await gateway.grants.look(clearSignals(clock));
      expect(spoken(gateway)).toEqual(['accepted OK', 'expired GRANT_EXPIRED']);
      expect(await codeOf(gateway, await sign(gateway, UPS_GRANT))).toBe('GRANT_EXPIRED');
    }
  });

  it('after an hour when it is about movement, whatever it says', async () => {
    const gateway = await powerOn();
    const { clock } = gateway.plant;
    const exp = Math.floor(clock.nowMs() / 1000) + 4 * 3600;
    await codeOf(gateway, await sign(gateway, { ...MOTION_GRANT, exp }));
    await codeOf(gateway, await sign(gateway, { ...UPS_GRANT, jti: 'grant-2', exp }));
    clock.pass(3_600_000);
    await gateway.grants.look(clearSignals(clock));
    expect(said(gateway).map(({ grantId, state }) => `${grantId} ${state}`)).toEqual([
      'grant-1 accepted',
      'grant-2 accepted',
      'grant-1 expired',
    ]);
  });

  it('with a restart: it is void, and the same text is refused; the server may sign it anew for this boot', async () => {
    const gateway = await powerOn();
    const jws = await sign(gateway, UPS_GRANT);
    await codeOf(gateway, jws);
    const disk = await gateway.powerOff();
    const next = await powerOn({ server: gateway.plant.server, clock: gateway.plant.clock }, disk);
    expect(await codeOf(next, jws)).toBe('GRANT_WRONG_BOOT');
    expect(spoken(next)).toEqual(['accepted OK', 'refused GRANT_WRONG_BOOT', 'refused GRANT_WRONG_BOOT']);
    expect(await codeOf(next, await sign(next, UPS_GRANT))).toBe('OK');
  });

  it('not with a restart of the agent alone, whose end it keeps', async () => {
    const gateway = await powerOn({ bootId: 'boot-1' });
    const { clock, server } = gateway.plant;
    await codeOf(gateway, await sign(gateway, UPS_GRANT));
    const next = await powerOn({ bootId: 'boot-1', server, clock }, await gateway.powerOff());
    expect(next.journal.read().grants.records).toMatchObject([{ state: 'accepted' }]);
    clock.step(-YEAR_MS);
    clock.pass(600_000);
    await next.grants.look(clearSignals(clock));
    expect(spoken(next)).toEqual(['accepted OK', 'expired GRANT_EXPIRED']);
  });

  it('when it is revoked, also before it came', async () => {
    const gateway = await powerOn();
    const jws = await sign(gateway, UPS_GRANT);
    await codeOf(gateway, jws);
    const revoke = (grantId: string) => gateway.engine.handle({ name: 'grant.revoke', grantId, reason: 'not any more' });
    expect(await revoke('grant-1')).toMatchObject({ code: 'OK' });
    expect(await revoke('grant-1')).toMatchObject({ code: 'OK', message: 'the grant has ended already' });
    expect(spoken(gateway)).toEqual(['accepted OK', 'revoked GRANT_REVOKED']);
    expect(await codeOf(gateway, jws)).toBe('GRANT_REVOKED');
    await revoke('grant-9');
    expect(await codeOf(gateway, await sign(gateway, { ...UPS_GRANT, jti: 'grant-9' }))).toBe('GRANT_REVOKED');
  });

  it('when the value leaves the bound that it was within', async () => {
    const gateway = await powerOn();
    const { clock } = gateway.plant;
    const battery = (levelPercent: number) => {
      const { ups_battery: ups, ...others } = clearSignals(clock);
      return gateway.grants.look({ ...others, ups_battery: ups && { ...ups, value: { ...ups.value, levelPercent } } });
    };
    await codeOf(gateway, await sign(gateway, UPS_GRANT));
    await battery(21.5);
    await battery(23);
    await gateway.grants.look({});
    expect(spoken(gateway)).toEqual(['accepted OK']);
    await battery(21.5);
    expect(spoken(gateway)).toEqual(['accepted OK', 'expired GRANT_BOUND_EXCEEDED']);
  });

  it('when the policy of the site changes, and with the key that signed it', async () => {
    const gateway = await powerOn();
    const apply = (version: number, policy: SitePolicy = SHIPPED_SITE_POLICY) =>
      gateway.engine.handle({ name: 'policy.apply', version, policy });
    await codeOf(gateway, await sign(gateway, UPS_GRANT));
    expect(await apply(3)).toMatchObject({ code: 'OK' });
    for (const version of [2, 3]) expect(await apply(version)).toMatchObject({ code: 'OK', message: 'policy 3 is in force already' });
    // An agent of before had left this out of the same version.
    const whole = { ...SHIPPED_SITE_POLICY, switchOff: { ...SHIPPED_SITE_POLICY.switchOff, ups_battery: false } };
    expect(await apply(3, whole)).toMatchObject({ code: 'OK', message: expect.stringContaining('policy 3 is in force;') });
    expect(gateway.journal.read().policy?.body.switchOff.ups_battery).toBe(false);
    expect(gateway.journal.read().policy?.version).toBe(3);
    await codeOf(gateway, await sign(gateway, { ...UPS_GRANT, jti: 'grant-2' }));
    await gateway.engine.handle({ name: 'keys.pin', grantKeys: (await openGrantOffice('grant-key-2')).keys });
    expect(spoken(gateway)).toEqual(['accepted OK', 'revoked GRANT_REVOKED', 'accepted OK', 'revoked GRANT_REVOKED']);
  });

  it('with another job', async () => {
    const gateway = await powerOn({ signals: (clock) => ({ ...clearSignals(clock), disk_space: undefined }) });
    await codeOf(gateway, await sign(gateway, { ...UPS_GRANT, job_id: 'OTA-JOB-00009' }));
    await gateway.engine.handle(deployOrder(newImage));
    await gateway.grants.look({});
    expect(spoken(gateway)).toEqual(['accepted OK', 'expired GRANT_WRONG_JOB']);
    await gateway.engine.stop();
  });
});

describe('between the gate and its step', () => {
  it.each<[string, (gateway: SimGateway) => unknown]>([
    ['revoked', (gateway) => gateway.grants.revoke('grant-1', 'the crane is needed')],
    ['at its end', (gateway) => gateway.plant.clock.pass(601_000)],
  ])('a grant that is %s is not used, and the step does not begin', async (_what, end) => {
    const gateway = await powerOn();
    await codeOf(gateway, await sign(gateway, UPS_GRANT));
    const { question } = await gateAt(gateway);
    await end(gateway);
    expect(await gateway.grants.use(['grant-1'], question, [])).toBe(false);
    expect(spoken(gateway)).not.toContain('used OK');
  });

  it('nor one that is revoked after its use, though its act has begun', async () => {
    const gateway = await powerOn();
    await codeOf(gateway, await sign(gateway, UPS_GRANT));
    const { question } = await gateAt(gateway);
    expect(await gateway.grants.use(['grant-1'], question, [])).toBe(true);
    expect(await gateway.grants.use(['grant-1'], question, [])).toBe(true);
    await gateway.grants.revoke('grant-1', 'the crane is needed');
    expect(await gateway.grants.use(['grant-1'], question, [])).toBe(false);
  });

  /** What a gate asks about the write of a job, with the battery at 25 %. */
  async function gateAt(gateway: SimGateway) {
    await gateway.engine.handle(deployOrder(newImage));
    const job = gateway.journal.read().job;
    if (job === null) throw new Error('no job was taken');
    const clear = clearSignals(gateway.plant.clock);
    const ups = clear.ups_battery;
    const signals = { ...clear, ...(ups ? { ups_battery: { ...ups, value: { ...ups.value, levelPercent: 25 } } } : {}) };
    const context = { nowMs: gateway.plant.clock.nowMs(), imageBytes: 0 };
    const act = { jobId: job.order.jobId, attempt: job.order.attempt, operation: 'O2' as const };
    const question = { act, job, signals, policy: EXAMPLE_POLICY, context };
    const verdict = judgeConstraint('ups_battery', signals, EXAMPLE_POLICY, 'O2', context);
    expect(gateway.grants.cover(verdict, question)).toEqual({ grantId: 'grant-1' });
    return { question };
  }
});

describe('without a word from the server', () => {
  it('a grant about movement is suspended after a minute, goes on when the server is heard, and may end meanwhile', async () => {
    let silentForMs: number | null = 0;
    const gateway = await powerOn({ silentForMs: () => silentForMs });
    const { clock } = gateway.plant;
    await codeOf(gateway, await sign(gateway, MOTION_GRANT));
    await codeOf(gateway, await sign(gateway, { ...UPS_GRANT, jti: 'grant-2' }));
    for (const silence of [60_000, 60_001, 90_000, 0, null]) {
      silentForMs = silence;
      await gateway.grants.look(clearSignals(clock));
    }
    const about = (id: string) => said(gateway).flatMap((one) => (one.grantId === id ? [`${one.state} ${one.code}`] : []));
    const expected = ['accepted OK', 'suspended GRANT_LINK_SILENT', 'accepted OK', 'suspended GRANT_LINK_SILENT'];
    expect(about('grant-1')).toEqual(expected);
    expect(about('grant-2')).toEqual(['accepted OK']);
    clock.pass(600_000);
    silentForMs = 0;
    await gateway.grants.look(clearSignals(clock));
    expect(about('grant-1')).toEqual([...expected, 'expired GRANT_EXPIRED']);
  });
});

describe('the limits in force', () => {
  it('are the ones of the site, and the pinned hard ones where those are stricter', () => {
    const site = structuredClone(SHIPPED_SITE_POLICY);
    Object.assign(site.limits, { motionRestMs: 30_000, acsSoftDistanceM: 20, acsHardDistanceM: 8, upsHardPercent: 21 });
    const own = {
      ...EXAMPLE_POLICY,
      acsHardDistanceM: 6,
      upsHardPercent: 25,
      upsSoftPercent: 25,
      networkLeaseMs: 20_000,
      motionRestMs: 120_000,
    };
    expect(policyOf(EMPTY_JOURNAL, own)).toEqual(own);
    expect(policyOf({ ...EMPTY_JOURNAL, policy: { version: 1, body: site } }, own)).toMatchObject({
      motionRestMs: 30_000,
      acsSoftDistanceM: 20,
      acsHardDistanceM: 8,
      upsHardPercent: 25,
      upsSoftPercent: 30,
      networkLeaseMs: 20_000,
    });
  });
});
