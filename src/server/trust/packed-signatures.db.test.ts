/** Signatures of compressed images: over the file, over what it unpacks to, and what the gateway is told of it. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { chmod, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { CA, SIGNER } from '#/trust/testing/certificate-office';
import { systemActor } from '../access/actor';
import { artifactFile } from '../artifacts/artifact-folder';
import { getDb } from '../db/client';
import { publishRelease } from '../releases/publish-release';
import { inspectArtifact } from '../uploads/inspect-artifact';
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
/** How often `task` has the inspector started; each one gets `signal` as soon as it runs, if there is one. */
async function inspectorsOf<T>(task: () => Promise<T>, signal?: NodeJS.Signals): Promise<{ started: number; result: T | Error }> {
  let started = 0;
  const seen = (message: unknown) => {
    const { process: child } = message as { process: ChildProcess };
    child.once('spawn', () => {
      if (!child.spawnargs.some((one) => one.includes('image-inspector'))) return;
      started += 1;
      if (signal !== undefined) child.kill(signal);
    });
  };
  subscribe('child_process', seen);
  try {
    const result = await task().catch((error: Error) => error);
    return { started, result };
  } finally {
    unsubscribe('child_process', seen);
  }
}
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

it('what is unpacked is unpacked in a process of its own, and nothing else needs one', async () => {
  const { gpg } = offices;
  const { content, file, sha256 } = await published(xz);
  const seen = async (kind: 'gpg' | 'sums', body: Buffer) => {
    const { started, result } = await inspectorsOf(() => check(sha256, kind, body));
    return `${started} ${result instanceof Error ? result.message : `${result.verdict} ${result.covers}`}`;
  };
  expect(await seen('gpg', gpg.sign(file, key))).toBe('0 verified file');
  // Nobody has looked into it until now: that look is one process, the signature is another.
  expect(await seen('gpg', gpg.sign(content, key))).toBe('2 verified content');
  expect(await seen('gpg', gpg.sign(content, key))).toBe('1 verified content');
  const list = (...lines: string[]) => gpg.sign(lines.join(''), key, ['--clear-sign']);
  const sha512 = createHash('sha512').update(content).digest('hex');
  expect(await seen('sums', list(`${sha(content)}  a.img\n`))).toBe('0 verified content');
  expect(await seen('sums', list(`${sha512}  a.img\n`, `${sha256}  a.img.xz\n`))).toBe('1 verified both');
});

it('a look that was cut short says nothing of the signature, and is to be tried again', async () => {
  const { content, sha256, row } = await published(gzipSync);
  const body = offices.gpg.sign(content, key);
  for (const [signal, sentence] of [
    // Already the look into the image itself.
    ['SIGTERM', 'The look was ended by SIGTERM.'],
    ['SIGKILL', 'The look was ended by SIGKILL.'],
    // As V8 ends when its memory is at an end.
    ['SIGABRT', 'It needs more than 256 MB of memory to be read.'],
  ] as const) {
    if (signal === 'SIGKILL') await inspectArtifact(sha256);
    const { started, result } = await inspectorsOf(() => check(sha256, 'gpg', body), signal);
    expect({ started, result }).toMatchObject({ started: 1, result: { code: 'SYSTEM_BUSY', message: expect.stringContaining(sentence) } });
    expect(await getDb().artifactSignature.count({ where: { artifactSha256: sha256 } })).toBe(0);
  }
  expect(await check(sha256, 'gpg', body)).toMatchObject({ verdict: 'verified', covers: 'content' });
  expect(await row()).toMatchObject({ signature: 'verified' });
});

it('a look that takes too much keeps no revocation list out; after one that was ended from outside the list may come again', async () => {
  const { office } = offices;
  // Of an authority of its own, so that no list of the other one replaces it.
  const authority = `authority ${randomBytes(4).toString('hex')}`;
  office.issue(authority, null, CA);
  for (const name of ['ended', 'bearer']) office.issue(name, authority, SIGNER);
  await addKey(officer, { label: 'Authority', body: office.text(`${authority}.crt`) });
  const { version, content, sha256, row } = await published(gzipSync);
  const body = office.sign(content, 'bearer');
  expect(await check(sha256, 'cms', body)).toMatchObject({ verdict: 'verified', covers: 'content' });
  const list = office.revoke('ended', authority);
  const lists = () => getDb().revocationList.count({ where: { issuer: { contains: authority } } });
  const add = (signal: NodeJS.Signals) => inspectorsOf(() => addRevocationList(officer, { body: list }), signal);
  expect((await add('SIGKILL')).result).toMatchObject({ code: 'SYSTEM_BUSY' });
  expect(await lists()).toBe(0);
  expect(await row()).toMatchObject({ signature: 'verified' });
  expect((await add('SIGABRT')).result).toMatchObject({ releases: expect.arrayContaining([version]) });
  expect(await lists()).toBe(1);
  const kept = await getDb().artifactSignature.findFirstOrThrow({ where: { artifactSha256: sha256 } });
  expect(kept).toMatchObject({ verdict: 'untrusted', reason: expect.stringContaining('could not be looked at again') });
  expect(await row()).toMatchObject({ signature: 'invalid' });
  expect(await check(sha256, 'cms', body)).toMatchObject({ verdict: 'verified', covers: 'content' });
  expect(await row()).toMatchObject({ signature: 'verified' });
});
