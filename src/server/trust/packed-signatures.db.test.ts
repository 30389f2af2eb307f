/** Signatures of compressed images: over the file, over what it unpacks to, and what the gateway is told of it. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { CA, SIGNER } from '#/trust/testing/certificate-office';
import { systemActor } from '../access/actor';
import { artifactFile } from '../artifacts/artifact-folder';
import { getDb } from '../db/client';
import { publishRelease } from '../releases/publish-release';
import { addRevocationList } from './add-revocation-list';
import { addKey } from './change-keys';
import { checkSignature } from './check-signature';
import { signaturesOfOrder } from './signatures-of-order';
import { openTrustOffices } from './testing/trust-offices';

const officer = { ...systemActor('officer'), grants: [{ role: 'key_officer' as const, siteId: null }] };
let offices: Awaited<ReturnType<typeof openTrustOffices>>;
let key: string;

beforeAll(async () => {
  offices = await openTrustOffices();
  const { gpg, office } = offices;
  key = gpg.makeKey(`Release ${randomBytes(4).toString('hex')}`);
  await addKey(officer, { label: 'Test', body: gpg.exported(key).body });
  office.issue('root', null, CA);
  office.issue('signer', 'root', SIGNER);
  await addKey(officer, { label: 'Root', body: office.text('root.crt') });
});
afterAll(() => offices.close());

/** Nobody has looked into it, as right after `fairlead release add`. */
async function published(pack: (content: Buffer) => Buffer) {
  const version = `v1.0.1-packed.${randomUUID().slice(0, 8)}`;
  const manifest = encodeImageManifest({ version, build_id: 'b', kernel: '6.6', os_version: 'Test' });
  const content = Buffer.concat([manifest, randomBytes(100_000), Buffer.alloc(100_000)]);
  const file = pack(content);
  const about = {
    channel: 'nightly',
    type: 'feature',
    severity: 'low',
    description: 'A test',
    hardware: [`packed-${randomUUID()}`],
  } as const;
  const { releaseId, sha256 } = await publishRelease(systemActor('test'), { ...about, version, hardware: [...about.hardware] }, read(file));
  const row = () => getDb().release.findUniqueOrThrow({ where: { id: releaseId } });
  return { version, content, file, sha256, row };
}
async function* read(file: Buffer) {
  yield file;
}
const xz = (content: Buffer) => execFileSync('xz', ['-c'], { input: content });
const check = (artifactSha256: string, kind: 'gpg' | 'cms' | 'sums', body: Buffer) =>
  checkSignature(officer, { artifactSha256, kind, body });
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

it('one over the content counts as one over the file does, and the order says which it is', async () => {
  const { gpg } = offices;
  const { content, file, sha256, row } = await published(xz);
  // Many at once: there is one decoder of xz.
  const over = gpg.sign(content, key);
  const looks = await Promise.all([over, over, over].map((body) => check(sha256, 'gpg', body)));
  for (const look of looks) expect(look).toMatchObject({ verdict: 'verified', covers: 'content', keyId: key });
  expect(await row()).toMatchObject({ signature: 'verified' });
  expect(await check(sha256, 'gpg', gpg.sign(file, key))).toMatchObject({ verdict: 'verified', covers: 'file' });
  const list = `${sha(content)}  a.img\n${sha256}  a.img.xz\n`;
  expect(await check(sha256, 'sums', gpg.sign(list, key, ['--clear-sign']))).toMatchObject({ verdict: 'verified', covers: 'both' });
  expect(await check(sha256, 'gpg', gpg.sign('something else', key))).toMatchObject({ verdict: 'invalid', covers: null });
  const said = (await getDb().$transaction((tx) => signaturesOfOrder(tx, sha256))).map(({ kind, covers }) => `${kind} ${covers}`);
  // The same file three times is one.
  expect(said.sort()).toEqual(['gpg content', 'gpg file', 'gpg undefined', 'sums both']);
});

it('one over the content by a certificate ends with the list that revokes it', async () => {
  const { office } = offices;
  const { version, content, sha256, row } = await published(gzipSync);
  expect(await check(sha256, 'cms', office.sign(content, 'signer'))).toMatchObject({ verdict: 'verified', covers: 'content' });
  const { releases } = await addRevocationList(officer, { body: office.revoke('signer', 'root') });
  expect(releases).toContain(version);
  expect(await row()).toMatchObject({ signature: 'invalid' });
});

it('one that an order needs is not crowded out by newer ones that say the same, or that never held', async () => {
  const { content, file, sha256 } = await published(gzipSync);
  await check(sha256, 'gpg', offices.gpg.sign(content, key));
  const row = { artifactSha256: sha256, kind: 'gpg', reason: '', addedBy: 'test' };
  const body = () => randomBytes(200);
  await check(sha256, 'gpg', offices.gpg.sign(file, key));
  const alike = { verdict: 'verified', covers: 'file', keyFingerprint: key, verifiedAt: new Date() };
  await getDb().artifactSignature.createMany({ data: Array.from({ length: 10 }, () => ({ ...row, ...alike, body: body() })) });
  await getDb().artifactSignature.createMany({ data: Array.from({ length: 60 }, () => ({ ...row, verdict: 'invalid', body: body() })) });
  const large = { ...row, ...alike, keyFingerprint: 'F'.repeat(40) };
  await getDb().artifactSignature.createMany({ data: [60_000, 60_000].map((size) => ({ ...large, body: randomBytes(size) })) });
  const said = await getDb().$transaction((tx) => signaturesOfOrder(tx, sha256));
  expect(said).toHaveLength(8);
  expect(said.slice(0, 3).map(({ covers }) => covers)).toEqual(['file', 'file', 'content']);
});

it('one of an image that is damaged in the store is invalid, and keeps no revocation list out', async () => {
  const { gpg, office } = offices;
  office.issue('other', 'root', SIGNER);
  const [damaged, other] = [await published(gzipSync), await published(gzipSync)];
  for (const { content, sha256 } of [damaged, other])
    expect(await check(sha256, 'cms', office.sign(content, 'other'))).toMatchObject({ verdict: 'verified', covers: 'content' });
  const path = artifactFile(damaged.sha256);
  await chmod(path, 0o644);
  await writeFile(path, damaged.file.subarray(0, 50_000));
  await addRevocationList(officer, { body: office.revoke('other', 'root') });
  for (const { row } of [damaged, other]) expect(await row()).toMatchObject({ signature: 'invalid' });
  const late = await check(damaged.sha256, 'gpg', gpg.sign(damaged.content, key));
  expect(late).toMatchObject({ verdict: 'invalid', reason: expect.stringContaining('is damaged') });
});

it('what cannot be unpacked has no content that could be signed', async () => {
  const { content, file, sha256 } = await published((whole) => gzipSync(whole).subarray(0, -20));
  const over = await check(sha256, 'gpg', offices.gpg.sign(content, key));
  expect(over).toMatchObject({ verdict: 'invalid', covers: null, reason: expect.stringContaining('cannot be told: ') });
  expect(await check(sha256, 'gpg', offices.gpg.sign(file, key))).toMatchObject({ verdict: 'verified', covers: 'file' });
});
