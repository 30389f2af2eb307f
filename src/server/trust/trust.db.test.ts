import { randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CA, SIGNER } from '#/trust/testing/certificate-office';
import { type Actor, systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { artifactAccess } from '../device/artifact-access';
import { createJob } from '../jobs/create-job';
import { addSignature } from '../releases/add-signature';
import { dropSignature } from '../releases/drop-signature';
import { publishRelease } from '../releases/publish-release';
import { checkUpdates } from '../releases/check-updates';
import { makeGateway, makePerson } from '../testing/fleet-rows';
import { until } from '../testing/until';
import { addRevocationList } from './add-revocation-list';
import { addKey, retireKey, revokeKey } from './change-keys';
import { checkSignature } from './check-signature';
import { readKeySet } from './read-keyring';
import { listTrust } from './list-trust';
import { keySetToSign, rotatePins } from './rotate-pins';
import { planRotation } from './rotation-plan';
import { openTrustOffices } from './testing/trust-offices';

const actor = { ...systemActor('officer'), grants: [{ role: 'key_officer' as const, siteId: null }] };
const publisher = systemActor('test');
let offices: Awaited<ReturnType<typeof openTrustOffices>>;
let gpg: typeof offices.gpg;
let office: typeof offices.office;

beforeAll(async () => {
  offices = await openTrustOffices();
  ({ gpg, office } = offices);
});
afterAll(() => offices.close());

async function makeRelease() {
  const image = randomBytes(40_000);
  const version = `v${randomInt(100, 900_000)}.${randomInt(900_000)}.${randomInt(900_000)}`;
  const fields = { version, channel: 'stable', type: 'hotfix', severity: 'low', description: 'A test' } as const;
  const made = await publishRelease(
    publisher,
    fields,
    (async function* () {
      yield image;
    })(),
  );
  return { ...made, image, row: () => getDb().release.findUniqueOrThrow({ where: { id: made.releaseId } }) };
}

async function makeKey() {
  const fingerprint = gpg.makeKey(`Release ${randomBytes(4).toString('hex')}`);
  await addKey(actor, { label: 'Test', body: gpg.exported(fingerprint).body });
  return { fingerprint, confirm: fingerprint.slice(-8), reason: 'The card was lost' };
}

/** Somebody waits for a row of the ring that another holds. */
async function waitsForKey(): Promise<boolean> {
  const rows = await getDb().$queryRaw<unknown[]>`
    SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%"TrustKey"%FOR SHARE%' AND datname = current_database()`;
  return rows.length > 0;
}

describe('a signature', () => {
  it('is added to a release as the file that somebody has, and not to one that is withdrawn', async () => {
    const key = await makeKey();
    const release = await makeRelease();
    const manager = { ...systemActor('manager'), grants: [{ role: 'release_manager' as const, siteId: null }] };
    const { releaseId } = release;
    const add = (bytes: Uint8Array, by: Actor = manager) => addSignature(by, { releaseId, body: Buffer.from(bytes).toString('base64') });
    expect(await add(gpg.sign(Buffer.from('another image'), key.fingerprint))).toMatchObject({ verdict: 'invalid' });
    expect(await release.row()).toMatchObject({ signature: 'invalid' });
    expect(await add(gpg.sign(release.image, key.fingerprint))).toMatchObject({ verdict: 'verified' });
    expect(await release.row()).toMatchObject({ signature: 'verified' });
    const held = await getDb().artifactSignature.findFirstOrThrow({ where: { artifactSha256: release.sha256, verdict: 'verified' } });
    await expect(dropSignature(manager, { releaseId, signatureId: held.id })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(add(Buffer.from('x'), actor)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await getDb().release.update({ where: { id: releaseId }, data: { state: 'withdrawn' } });
    await expect(add(Buffer.from('x'))).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('waits for who ends its key at that moment', async () => {
    const key = await makeKey();
    const release = await makeRelease();
    const body = gpg.sign(release.image, key.fingerprint);
    let checked: ReturnType<typeof checkSignature> | null = null;
    await getDb().$transaction(
      async (tx) => {
        await tx.trustKey.update({ where: { fingerprint: key.fingerprint }, data: { state: 'revoked' } });
        let done = false;
        checked = checkSignature(actor, { artifactSha256: release.sha256, kind: 'gpg', body }).finally(() => {
          done = true;
        });
        await until(async () => done || (await waitsForKey()));
        expect(done).toBe(false);
      },
      { timeout: 200_000 },
    );
    expect(await checked).toMatchObject({ verdict: 'revoked' });
    expect(await release.row()).toMatchObject({ signature: 'invalid' });
    // Good but for its key: without it the image would only look unsigned.
    const { id: signatureId } = await getDb().artifactSignature.findFirstOrThrow({ where: { artifactSha256: release.sha256 } });
    const manager = { ...systemActor('manager'), grants: [{ role: 'release_manager' as const, siteId: null }] };
    await expect(dropSignature(manager, { releaseId: release.releaseId, signatureId })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('makes the release verified, is sent with the order, and stops it when its key is revoked', async () => {
    const key = await makeKey();
    const release = await makeRelease();
    const body = gpg.sign(release.image, key.fingerprint);
    expect(await checkSignature(actor, { artifactSha256: release.sha256, kind: 'gpg', body })).toMatchObject({ verdict: 'verified' });
    expect(await release.row()).toMatchObject({ signature: 'verified' });
    const gateway = await makeGateway();
    const offered = async () =>
      (await checkUpdates(publisher, { gatewayId: gateway.id })).updates.find((one) => one.id === release.releaseId);
    expect(await offered()).toMatchObject({ signature: 'verified' });
    const order = { gatewayId: gateway.id, releaseId: release.releaseId, intent: 'install', strategy: 'seamless', options: {} } as const;
    const { jobId } = await createJob(publisher, order);
    // As an image is deployed that was uploaded and made no release.
    const bare = await createJob(publisher, { ...order, gatewayId: (await makeGateway()).id });
    await getDb().job.update({ where: { id: bare.jobId }, data: { releaseId: null } });
    const command = await getDb().outboxCommand.findFirstOrThrow({ where: { jobId } });
    expect(command.body).toMatchObject({ signatures: [{ kind: 'gpg', body: body.toString('base64') }] });

    const fetchedBy = async ({ id, secret }: { id: string; secret: string }) =>
      artifactAccess(
        `/device/v1/artifacts/${release.sha256}`,
        `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
        release.sha256,
      );
    expect(await fetchedBy(await makeGateway())).toMatchObject({ siteId: expect.any(String) });
    await expect(revokeKey(actor, { ...key, confirm: '00000000' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await revokeKey(actor, key)).toMatchObject({ releases: [release.version] });
    expect(await release.row()).toMatchObject({ signature: 'invalid' });
    expect(await offered()).toBeUndefined();
    expect(await fetchedBy(await makeGateway())).toBe('unknown');
    for (const id of [jobId, bare.jobId]) expect(await getDb().job.findUnique({ where: { id } })).toMatchObject({ state: 'cancelled' });
    await expect(createJob(publisher, order)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    expect(await getDb().auditEvent.count({ where: { objectId: key.fingerprint } })).toBe(2);
    // Again with the revoked key: known as such.
    expect(await checkSignature(actor, { artifactSha256: release.sha256, kind: 'gpg', body })).toMatchObject({ verdict: 'revoked' });
  });

  it('beside another that holds: the release goes on when one of the two keys is revoked', async () => {
    const [first, second] = [await makeKey(), await makeKey()];
    const release = await makeRelease();
    for (const key of [first, second]) {
      const body = gpg.sign(release.image, key.fingerprint);
      await checkSignature(actor, { artifactSha256: release.sha256, kind: 'gpg', body });
    }
    expect(await revokeKey(actor, first)).toMatchObject({ releases: [] });
    expect(await release.row()).toMatchObject({ signature: 'verified' });
    expect(await revokeKey(actor, second)).toMatchObject({ releases: [release.version] });
  });

  it('of a retired key counts when it was there before', async () => {
    const key = await makeKey();
    const [before, after] = [await makeRelease(), await makeRelease()];
    const sign = (release: typeof before) =>
      checkSignature(actor, { artifactSha256: release.sha256, kind: 'gpg', body: gpg.sign(release.image, key.fingerprint) });
    expect(await sign(before)).toMatchObject({ verdict: 'verified' });
    await retireKey(actor, key);
    expect(await before.row()).toMatchObject({ signature: 'verified' });
    expect(await sign(after)).toMatchObject({ verdict: 'untrusted' });
  });

  it('by a certificate ends with the list that revokes it', async () => {
    office.issue('root', null, CA);
    office.issue('signer', 'root', SIGNER);
    await addKey(actor, { label: 'Root', body: office.text('root.crt') });
    const release = await makeRelease();
    const body = office.sign(release.image, 'signer');
    expect(await checkSignature(actor, { artifactSha256: release.sha256, kind: 'cms', body })).toMatchObject({ verdict: 'verified' });
    expect(await addRevocationList(actor, { body: office.revoke('signer', 'root') })).toMatchObject({
      entries: 1,
      releases: [release.version],
    });
    expect(await release.row()).toMatchObject({ signature: 'invalid' });
  });
});

describe('the keyring', () => {
  it('takes no private key, nothing twice, and nobody but a key officer', async () => {
    const body = '-----BEGIN PGP PRIVATE KEY BLOCK-----';
    await expect(addKey(actor, { label: 'x', body })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    const { fingerprint } = await makeKey();
    await expect(addKey(actor, { label: 'x', body: gpg.exported(fingerprint).body })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(addKey(publisher, { label: 'x', body })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is sent as a set that a release key has signed, to gateways that pin an older one', async () => {
    const { fingerprint } = await makeKey();
    const gateway = await makeGateway();
    await getDb().gatewayPins.create({ data: { gatewayId: gateway.id, version: 1, reportedAt: new Date() } });
    const text = await keySetToSign(actor);
    const before = (await readKeySet(getDb()))?.version ?? 0;
    const signed = { text, signature: { kind: 'gpg' as const, body: gpg.sign(text, fingerprint).toString('base64') } };
    const forged = { ...signed, text: text.replace('"version": ', '"version": 9') };
    await expect(rotatePins(actor, { document: forged })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await getDb().gatewayPins.update({ where: { gatewayId: gateway.id }, data: { fingerprints: [fingerprint] } });
    const plan = await planRotation(actor);
    expect(plan.keys.find((one) => one.fingerprint === fingerprint)).toMatchObject({ pinnedBy: 1, state: 'active', purposes: ['release'] });
    expect((await rotatePins(actor, { document: signed })).version).toBeLessThanOrEqual(before);
    expect(await getDb().outboxCommand.findFirst({ where: { gatewayId: gateway.id } })).toMatchObject({ name: 'trust.rotate' });
    // How far it has come, to who sees that gateway only: no other test's.
    const { actor: viewer } = await makePerson('viewer', { siteId: gateway.siteId });
    const progress = async () => (await listTrust(viewer)).rotation;
    expect(await progress()).toMatchObject({ pinned: 0, pinning: 1, waiting: 1, refused: [] });
    const told = { gatewayId: gateway.id, name: 'trust.rotate' };
    const answer = { answeredAt: new Date(), resultCode: 'TRUST_REFUSED', resultText: 'not signed by a key that is pinned' };
    await getDb().outboxCommand.updateMany({ where: told, data: answer });
    const refused = [{ gateway: { id: gateway.id, name: gateway.name }, reason: answer.resultText }];
    expect(await progress()).toMatchObject({ pinned: 0, pinning: 1, waiting: 0, refused });
    await getDb().gatewayPins.update({ where: { gatewayId: gateway.id }, data: { version: 2_000_000 } });
    expect(await progress()).toMatchObject({ pinned: 1, pinning: 1, waiting: 0, refused: [] });
    const { version } = (await readKeySet(getDb())) ?? { version: 0 };
    await makeKey();
    expect((await readKeySet(getDb()))?.version).toBeGreaterThan(version);
  });
});
