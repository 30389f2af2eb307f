/** Who keeps a verdict and who makes it false at the same moment: one of them waits, and nothing is left that counts by a key that has ended. */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionSortKey } from '#/domain/releases/version';
import { CA, SIGNER } from '#/trust/testing/certificate-office';
import { systemActor } from '../access/actor';
import { artifactFile } from '../artifacts/artifact-folder';
import { lockBlob } from '../artifacts/unused-blobs';
import { getDb, type Tx } from '../db/client';
import { createDraft } from '../releases/create-draft';
import { publishRelease } from '../releases/publish-release';
import { until } from '../testing/until';
import { addRevocationList } from './add-revocation-list';
import { addKey, revokeKey } from './change-keys';
import { checkSignature } from './check-signature';
import { lockRing } from './lock-ring';
import { readRevocationList } from './read-key-material';
import { openTrustOffices } from './testing/trust-offices';

const officer = { ...systemActor('officer'), grants: [{ role: 'key_officer' as const, siteId: null }] };
const manager = systemActor('test');
let offices: Awaited<ReturnType<typeof openTrustOffices>>;
let gpg: typeof offices.gpg;
let office: typeof offices.office;

beforeAll(async () => {
  offices = await openTrustOffices();
  ({ gpg, office } = offices);
});
afterAll(() => offices.close());

const newVersion = () => `v${randomInt(1000, 900_000)}.${randomInt(900_000)}.${randomInt(900_000)}`;
const fieldsOf = (version: string) => {
  const hardware = [`hw-${randomBytes(4).toString('hex')}`];
  return { version, channel: 'nightly' as const, type: 'hotfix' as const, severity: 'low' as const, description: 'A test', hardware };
};

/** An image that a key of its own has signed, published once and uploaded once more. */
async function signedImage() {
  const fingerprint = gpg.makeKey(`Release ${randomBytes(4).toString('hex')}`);
  await addKey(officer, { label: 'Test', body: gpg.exported(fingerprint).body });
  const image = randomBytes(5000);
  const { sha256 } = await publishRelease(manager, fieldsOf(newVersion()), bytes(image));
  await checkSignature(officer, { artifactSha256: sha256, kind: 'gpg', body: gpg.sign(image, fingerprint) });
  const about = { ownerId: '01a215c5-15a8-723a-b6bf-671dc1877b6f', owner: 'someone', fileName: 'a.img', state: 'verified' };
  const upload = await getDb().upload.create({
    data: { ...about, artifactSha256: sha256, expiresAt: new Date('2100-01-01T00:00:00Z') },
  });
  return { image, sha256, uploadId: upload.id, key: { fingerprint, confirm: fingerprint.slice(-8), reason: 'The card was lost' } };
}

async function* bytes(image: Uint8Array) {
  yield image;
}

async function waitsForAdvisory(name: string): Promise<boolean> {
  const rows = await getDb().$queryRaw<unknown[]>`
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND ((classid::bigint << 32) | objid::bigint) = hashtextextended(${name}, 0)`;
  return rows.length > 0;
}
const waitsForRing = () => waitsForAdvisory('fairlead keyring');

/** A statement that waits for who writes the same version. */
async function waitsToInsert(): Promise<boolean> {
  const rows = await getDb().$queryRaw<unknown[]>`
    SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO "public"."Release"%' AND datname = current_database()`;
  return rows.length > 0;
}

class TakenBack extends Error {}

/** Runs `work` while a release of that version is written, and takes it back. */
async function whileWriting(version: string, sha256: string, work: () => Promise<void>): Promise<void> {
  const writing = getDb().$transaction(
    async (tx) => {
      const about = { ...fieldsOf(version), versionSortKey: versionSortKey(version), artifactSha256: sha256, releasedAt: new Date() };
      await tx.release.create({ data: about });
      await work();
      throw new TakenBack();
    },
    { timeout: 200_000 },
  );
  await expect(writing).rejects.toBeInstanceOf(TakenBack);
}

describe('a key that is revoked while a release is made of what it signed', () => {
  it.each<[string, (one: { uploadId: string; image: Buffer }, version: string) => Promise<unknown>]>([
    ['as a draft', ({ uploadId }, version) => createDraft(manager, { ...fieldsOf(version), uploadId })],
    ['and published', ({ image }, version) => publishRelease(manager, fieldsOf(version), bytes(image))],
  ])('%s waits, and then ends the release as well', async (_how, make) => {
    const signed = await signedImage();
    const version = newVersion();
    let made: Promise<unknown> | null = null;
    let revoked: ReturnType<typeof revokeKey> | null = null;
    await whileWriting(version, signed.sha256, async () => {
      // It has read that the signature holds, and waits to write the release.
      made = make(signed, version);
      await until(waitsToInsert);
      let done = false;
      revoked = revokeKey(officer, signed.key).finally(() => {
        done = true;
      });
      await until(async () => done || (await waitsForRing()));
      expect(done).toBe(false);
    });
    await made;
    expect((await (revoked as ReturnType<typeof revokeKey> | null))?.releases).toContain(version);
    expect(await getDb().release.findUnique({ where: { version } })).toMatchObject({ signature: 'invalid' });
  });
});

describe('a revocation list', () => {
  async function certified() {
    const name = `signer-${randomBytes(3).toString('hex')}`;
    office.issue(`${name}-root`, null, CA);
    office.issue(name, `${name}-root`, SIGNER);
    await addKey(officer, { label: name, body: office.text(`${name}-root.crt`) });
    const image = randomBytes(5000);
    const made = await publishRelease(manager, fieldsOf(newVersion()), bytes(image));
    const signature = office.sign(image, name);
    const row = () => getDb().release.findUniqueOrThrow({ where: { id: made.releaseId } });
    const check = () => checkSignature(officer, { artifactSha256: made.sha256, kind: 'cms', body: signature });
    return { made, row, check, signature, list: () => office.revoke(name, `${name}-root`) };
  }
  const holding = (work: (tx: Tx) => Promise<void>) => getDb().$transaction(work, { timeout: 200_000 });

  it('ends a signature that is kept at the same moment', async () => {
    const { made, row, check, list } = await certified();
    let checked: ReturnType<typeof checkSignature> | null = null;
    let taken: ReturnType<typeof addRevocationList> | null = null;
    await holding(async (tx) => {
      await lockBlob(tx, made.sha256);
      // It was looked at by the ring of before, and is about to be kept.
      checked = check();
      await until(() => waitsForAdvisory(`artifact ${made.sha256}`));
      taken = addRevocationList(officer, { body: list() });
      await until(waitsForRing);
    });
    expect(await checked).toMatchObject({ verdict: 'verified' });
    expect(await taken).toMatchObject({ releases: [made.version] });
    expect(await row()).toMatchObject({ signature: 'invalid' });
  });

  it('that comes while an image is read makes it be looked at again', async () => {
    const { row, check, list } = await certified();
    let checked: ReturnType<typeof checkSignature> | null = null;
    await holding(async (tx) => {
      await lockRing(tx, 'write');
      checked = check();
      await until(waitsForRing);
      await tx.revocationList.create({ data: { ...readRevocationList(list()), addedBy: 'test' } });
    });
    expect(await checked).toMatchObject({ verdict: 'revoked' });
    expect(await row()).toMatchObject({ signature: 'invalid' });
  });

  it('is not taken at all when an image cannot be read, rather than taken without what follows', async () => {
    const { list, signature } = await certified();
    const sha256 = randomBytes(32).toString('hex');
    // A folder where the blob should be: the store fails, which is not the same as having no such blob.
    await mkdir(artifactFile(sha256), { recursive: true });
    await getDb().artifact.create({ data: { sha256, sizeBytes: 1 } });
    const about = {
      artifactSha256: sha256,
      kind: 'cms',
      body: Uint8Array.from(signature),
      verdict: 'verified',
      reason: 'test',
      addedBy: 'test',
    };
    const { id } = await getDb().artifactSignature.create({ data: about });
    const body = list();
    await expect(addRevocationList(officer, { body })).rejects.toThrow();
    const { issuer } = readRevocationList(body);
    expect(await getDb().revocationList.count({ where: { issuer } })).toBe(0);
    await getDb().artifactSignature.delete({ where: { id } });
    await addRevocationList(officer, { body });
    expect(await getDb().revocationList.count({ where: { issuer } })).toBe(1);
  });
});
