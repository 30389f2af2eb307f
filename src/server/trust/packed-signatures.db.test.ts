/** Signatures of compressed images: over the file, over what it unpacks to, and what the gateway is told of it. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { CA, SIGNER } from '#/trust/testing/certificate-office';
import { systemActor } from '../access/actor';
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
  expect(said.sort()).toEqual(['gpg content', 'gpg content', 'gpg content', 'gpg file', 'gpg undefined', 'sums both']);
});

it('one over the content by a certificate ends with the list that revokes it', async () => {
  const { office } = offices;
  const { version, content, sha256, row } = await published(gzipSync);
  expect(await check(sha256, 'cms', office.sign(content, 'signer'))).toMatchObject({ verdict: 'verified', covers: 'content' });
  const { releases } = await addRevocationList(officer, { body: office.revoke('signer', 'root') });
  expect(releases).toContain(version);
  expect(await row()).toMatchObject({ signature: 'invalid' });
});

it('what cannot be unpacked has no content that could be signed', async () => {
  const { content, file, sha256 } = await published((whole) => gzipSync(whole).subarray(0, -20));
  expect(await check(sha256, 'gpg', offices.gpg.sign(content, key))).toMatchObject({ verdict: 'invalid', covers: null });
  expect(await check(sha256, 'gpg', offices.gpg.sign(file, key))).toMatchObject({ verdict: 'verified', covers: 'file' });
});
