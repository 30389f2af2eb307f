/**
 * The key that signs the demo's releases: made once per home, its private part sealed in there and nowhere else. A real
 * installation keeps the private part of its release keys far away from Fairlead.
 */
import { join } from 'node:path';
import { createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { z } from 'zod';
import { systemActor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { seal, unseal } from '#/server/secrets/seal';
import { addKey } from '#/server/trust/change-keys';
import { checkSignature } from '#/server/trust/check-signature';
import { readHomeFile, writeHomeFile } from './home-files';
import { type DemoImage, imageChunks } from './images';
import { DEMO_RELEASES } from './releases';

const USER = { name: 'Fairlead demo releases', email: 'releases@fairlead.example' };
const fileSchema = z.object({ v: z.literal(1), sealedKey: z.string() });
/** The one who may say whose signature counts. */
const officer = { ...systemActor('seed'), grants: [{ role: 'key_officer' as const, siteId: null }] };

/** The key in the ring, and every image of the demo signed with it. What is there already stays as it is. */
export async function signDemoReleases(home: string, images: readonly DemoImage[]): Promise<void> {
  const db = getDb();
  const key = await readPrivateKey({ armoredKey: await privatePart(home) });
  const fingerprint = key.getFingerprint().toUpperCase();
  if (!(await db.trustKey.findUnique({ where: { fingerprint }, select: { id: true } }))) {
    await addKey(officer, { label: 'Demo releases', body: key.toPublic().armor(), purposes: ['release', 'downgrade'] });
  }
  const signed = await db.artifactSignature.findMany({ where: { keyFingerprint: fingerprint }, select: { artifactSha256: true } });
  const done = new Set(signed.map((one) => one.artifactSha256));
  for (const [index, release] of DEMO_RELEASES.entries()) {
    const image = images[index];
    if (!image || done.has(image.sha256)) continue;
    const message = await createMessage({ binary: Buffer.concat([...imageChunks(release)]) });
    const body = new TextEncoder().encode(await sign({ message, signingKeys: key, detached: true }));
    await checkSignature(officer, { artifactSha256: image.sha256, kind: 'gpg', body });
  }
}

async function privatePart(home: string): Promise<string> {
  const file = join(home, 'demo-release-key.json');
  const found = await readHomeFile(file, fileSchema);
  const opened = found === null ? null : await unseal('demo release key', found.sealedKey).catch(() => null);
  if (opened !== null) return opened;
  const { privateKey } = await generateKey({ type: 'curve25519', userIDs: [USER] });
  await writeHomeFile(file, { v: 1, sealedKey: await seal('demo release key', privateKey) });
  return privateKey;
}
