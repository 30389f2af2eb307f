import { randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LONGEST_PERMIT_DAYS } from '#/domain/releases/permit-life';
import type { WireSignature } from '#/protocol/trust/keyring';
import { CA, SIGNER } from '#/trust/testing/certificate-office';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { createJob } from '../jobs/create-job';
import { planUpdate } from '../jobs/plan-update';
import { publishRelease } from '../releases/publish-release';
import { readRelease } from '../releases/read-release';
import { makeGateway, makePerson } from '../testing/fleet-rows';
import { addRevocationList } from './add-revocation-list';
import { addKey, retireKey, revokeKey } from './change-keys';
import { addPermit, endPermit } from './change-permits';
import { permitToSign } from './permit-text';
import { openTrustOffices } from './testing/trust-offices';

const officer = { ...systemActor('officer'), grants: [{ role: 'key_officer' as const, siteId: null }] };
const manager = { ...systemActor('manager'), grants: [{ role: 'release_manager' as const, siteId: null }] };
const tomorrow = () => new Date(Date.now() + 86_400_000);
let offices: Awaited<ReturnType<typeof openTrustOffices>>;
let gpg: typeof offices.gpg;
let office: typeof offices.office;

beforeAll(async () => {
  offices = await openTrustOffices();
  ({ gpg, office } = offices);
});
afterAll(() => offices.close());

async function makeKey(purposes: ('release' | 'downgrade')[] = ['downgrade']) {
  const fingerprint = gpg.makeKey(`Downgrade ${randomBytes(4).toString('hex')}`);
  await addKey(officer, { label: 'Test', body: gpg.exported(fingerprint).body, purposes });
  return { fingerprint, confirm: fingerprint.slice(-8), reason: 'The card was lost' };
}

/** A release, and a gateway that runs a newer version, has its floor there and pins the keys. */
async function world(fingerprints: string[]) {
  const [major, hardware] = [randomInt(1000, 900_000), `hw-${randomBytes(4).toString('hex')}`];
  const [version, running] = [`v${major}.1.0`, `v${major}.2.0`];
  const fields = { version, channel: 'stable', type: 'hotfix', severity: 'low', description: 'A test', hardware: [hardware] } as const;
  const image = randomBytes(20_000);
  const release = await publishRelease(systemActor('test'), { ...fields, hardware: [hardware] }, bytes(image));
  const { id: gatewayId } = await makeGateway();
  const data = { hardwareRevision: hardware, activeVersion: running };
  const gateway = await getDb().gateway.update({ where: { id: gatewayId }, data });
  await getDb().gatewayPins.create({ data: { gatewayId, version: 1, fingerprints, floorVersion: running, reportedAt: new Date() } });
  const order = { gatewayId, releaseId: release.releaseId, intent: 'install', strategy: 'seamless', options: {} } as const;
  const asked = { releaseId: release.releaseId, gateway: null, fromVersion: running, expiresAt: tomorrow() };
  return {
    ...{ release, gateway, running, asked, order },
    start: () => createJob(systemActor('test'), order),
    bring: (text: string, signature: WireSignature) => addPermit(manager, { releaseId: release.releaseId, document: { text, signature } }),
  };
}

async function* bytes(image: Uint8Array) {
  yield image;
}

const signed = (text: string, fingerprint: string): WireSignature => ({
  kind: 'gpg',
  body: gpg.sign(text, fingerprint).toString('base64'),
});
const refusal = (message: string) => ({ code: 'SIGNATURE_INVALID', message: expect.stringContaining(message) });

describe('a downgrade below the rollback floor', () => {
  it('is refused by name without a permission, and goes with one that real gpg has signed', async () => {
    const key = await makeKey();
    const { start, bring, asked, order, release, running } = await world([key.fingerprint]);
    await expect(start()).rejects.toMatchObject({
      ...refusal(`below the rollback floor ${running}`),
      details: { floor_version: running, active_version: running },
    });
    const plan = () => planUpdate(systemActor('test'), { ...order, rebootAfter: true });
    await expect(plan()).rejects.toMatchObject(refusal('no downgrade key has permitted it'));
    const { text, keys } = await permitToSign(manager, asked);
    expect(keys.find((one) => one.fingerprint === key.fingerprint)).toMatchObject({ kind: 'gpg', pinnedBy: 1 });
    const signature = signed(text, key.fingerprint);
    const { permitId } = await bring(text, signature);
    await expect(bring(text, signature)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await plan()).consequences.at(-1)).toContain(`below the rollback floor ${running}`);
    const { jobId } = await start();
    const { body } = await getDb().outboxCommand.findFirstOrThrow({ where: { jobId } });
    expect(body).toMatchObject({ name: 'job.deploy', downgradePermit: { text, signature } });
    const page = await readRelease(manager, release.releaseId);
    expect(page.downgrades.permits).toMatchObject([{ id: permitId, gateway: null, fromVersion: running, ended: null }]);
    expect(page.downgrades.refusedBy).toContainEqual({ floorVersion: running, gateways: 1 });
    expect(page.events[0]?.message).toContain(`downgrade from ${running} is permitted`);
    expect(await getDb().auditEvent.count({ where: { name: 'downgrade.permitted', objectId: release.releaseId } })).toBe(1);
  });

  it('goes with one that a certificate has signed, until a list revokes that certificate', async () => {
    office.issue('root', null, CA);
    office.issue('signer', 'root', SIGNER);
    const { fingerprint } = await addKey(officer, { label: 'Root', body: office.text('root.crt'), purposes: ['downgrade'] });
    const { start, bring, asked } = await world([fingerprint]);
    const { text } = await permitToSign(manager, asked);
    await bring(text, { kind: 'cms', body: office.sign(Buffer.from(text), 'signer').toString('base64') });
    const { jobId } = await start();
    await addRevocationList(officer, { body: office.revoke('signer', 'root') });
    expect(await getDb().job.findUnique({ where: { id: jobId } })).toMatchObject({ state: 'cancelled' });
    await expect(start()).rejects.toMatchObject(refusal('no downgrade key has permitted it'));
  });

  it('is not permitted by a text for another gateway, another running version, or one that has expired', async () => {
    const key = await makeKey();
    const { start, bring, asked, gateway } = await world([key.fingerprint]);
    const other = await makeGateway();
    const one = async (change: object) => {
      const { text } = await permitToSign(manager, { ...asked, ...change });
      return (await bring(text, signed(text, key.fingerprint))).permitId;
    };
    await one({ gateway: other.name });
    await expect(start()).rejects.toMatchObject(refusal('for another gateway'));
    await one({ fromVersion: 'v0.0.1' });
    await expect(start()).rejects.toMatchObject(refusal('the permission is for'));
    const late = await one({ gateway: gateway.id });
    await getDb().downgradePermit.update({
      where: { id: late },
      data: { text: (await permitToSign(manager, asked)).text.replace(/"expiresAt": ".*"/, '"expiresAt": "2020-01-01T00:00:00.000Z"') },
    });
    await expect(start()).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await one({ gateway: gateway.name });
    await start();
  });

  it('is not permitted by a key that the gateway does not pin', async () => {
    const [pinned, stranger] = [await makeKey(), await makeKey()];
    const { start, bring, asked } = await world([pinned.fingerprint]);
    const { text } = await permitToSign(manager, asked);
    await bring(text, signed(text, stranger.fingerprint));
    await expect(start()).rejects.toMatchObject(refusal('does not pin'));
    await bring(text, signed(text, pinned.fingerprint));
    await start();
  });

  it('needs no permission from the floor on, without a floor, and where nothing is pinned', async () => {
    for (const change of [{ floorVersion: 'v0.0.1' }, { floorVersion: null }, { version: 0 }]) {
      const { start, gateway } = await world([]);
      await getDb().gatewayPins.update({ where: { gatewayId: gateway.id }, data: change });
      const { jobId } = await start();
      const { body } = await getDb().outboxCommand.findFirstOrThrow({ where: { jobId } });
      expect(body).not.toHaveProperty('downgradePermit');
    }
  });

  it('ends with its permission: the job that has not begun to write is cancelled, whether a person or the key ends it', async () => {
    const key = await makeKey();
    const { start, bring, asked, release } = await world([key.fingerprint]);
    const jobState = async (jobId: string) => (await getDb().job.findUniqueOrThrow({ where: { id: jobId } })).state;
    const { text } = await permitToSign(manager, asked);
    const { permitId } = await bring(text, signed(text, key.fingerprint));
    const first = await start();
    expect(await endPermit(manager, { permitId, reason: 'not needed any more' })).toEqual({ jobsCancelled: 1 });
    expect(await jobState(first.jobId)).toBe('cancelled');
    await expect(endPermit(manager, { permitId, reason: 'once more' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await bring(text, signed(text, key.fingerprint));
    const second = await start();
    expect(await revokeKey(officer, key)).toMatchObject({ jobsCancelled: 1 });
    expect(await jobState(second.jobId)).toBe('cancelled');
    await expect(start()).rejects.toMatchObject(refusal('no downgrade key has permitted it'));
    const { permits } = (await readRelease(manager, release.releaseId)).downgrades;
    expect(permits.map((one) => one.ended?.reason)).toEqual([`its key is revoked: ${key.reason}`, 'not needed any more']);
  });
});

describe('the signed text', () => {
  it('is refused for another release, past its time, altered, or signed by no downgrade key', async () => {
    const [key, release, retired] = [await makeKey(), await makeKey(['release']), await makeKey()];
    const { bring, asked } = await world([key.fingerprint]);
    const { text } = await permitToSign(manager, asked);
    const invalid = { code: 'VALIDATION_FAILED' };
    const another = (await permitToSign(manager, (await world([])).asked)).text;
    await expect(bring(another, signed(another, key.fingerprint))).rejects.toMatchObject(invalid);
    const past = text.replace(/"expiresAt": ".*"/, '"expiresAt": "2020-01-01T00:00:00.000Z"');
    await expect(bring(past, signed(past, key.fingerprint))).rejects.toMatchObject(invalid);
    const nobody = text.replace('"gatewayId": null', '"gatewayId": "G-1"');
    await expect(bring(nobody, signed(nobody, key.fingerprint))).rejects.toMatchObject(invalid);
    await expect(bring('{}', signed('{}', key.fingerprint))).rejects.toMatchObject(invalid);
    await expect(bring(`${text}\n`, signed(text, key.fingerprint))).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await expect(bring(text, signed(text, release.fingerprint))).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await retireKey(officer, retired);
    await expect(bring(text, signed(text, retired.fingerprint))).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await expect(permitToSign(manager, { ...asked, expiresAt: new Date(0) })).rejects.toMatchObject(invalid);
    const longest = new Date(Date.now() + LONGEST_PERMIT_DAYS * 86_400_000);
    expect((await permitToSign(manager, { ...asked, expiresAt: longest })).text).toContain(longest.toISOString());
    const longer = new Date(longest.getTime() + 86_400_000);
    const tooLong = { ...invalid, message: expect.stringContaining(`${LONGEST_PERMIT_DAYS} days at most`) };
    await expect(permitToSign(manager, { ...asked, expiresAt: longer })).rejects.toMatchObject(tooLong);
    const forYears = text.replace(/"expiresAt": ".*"/, `"expiresAt": "${longer.toISOString()}"`);
    await expect(bring(forYears, signed(forYears, key.fingerprint))).rejects.toMatchObject(tooLong);
    await expect(permitToSign(manager, { ...asked, gateway: 'nobody' })).rejects.toMatchObject(invalid);
  });

  it('is asked for and brought by who may write releases everywhere, and shown without gateways that one may not see', async () => {
    const key = await makeKey();
    const { bring, asked, gateway, release } = await world([key.fingerprint]);
    const { text } = await permitToSign(manager, { ...asked, gateway: gateway.name });
    await expect(permitToSign(officer, asked)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const document = { text, signature: signed(text, key.fingerprint) };
    await expect(addPermit(officer, { releaseId: release.releaseId, document })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await bring(text, document.signature);
    const stranger = await makePerson('viewer', { siteId: (await makeGateway()).siteId });
    expect((await readRelease(stranger.actor, release.releaseId)).downgrades).toEqual({ permits: [], refusedBy: [] });
    expect((await readRelease(manager, release.releaseId)).downgrades.permits).toMatchObject([{ gateway: { name: gateway.name } }]);
  });
});
