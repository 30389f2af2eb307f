/** The Ed25519 keys that sign commands. The private part is at rest only as a JWE sealed with FAIRLEAD_SECRET. */
import { hkdfSync } from 'node:crypto';
import { CompactEncrypt, calculateJwkThumbprint, compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { getEnv } from '../config/env';
import { getDb } from '../db/client';

const PURPOSE = 'command';

export type CommandKey = { kid: string; key: CryptoKey };
export type PublicCommandKey = { kty: 'OKP'; crv: 'Ed25519'; x: string; kid: string };

const globalForKey = globalThis as { fairleadCommandKey?: Promise<CommandKey> };

/** The newest key that is not retired; the first caller ever makes one. */
export function commandKey(): Promise<CommandKey> {
  globalForKey.fairleadCommandKey ??= loadOrCreate().catch((error: unknown) => {
    globalForKey.fairleadCommandKey = undefined;
    throw error;
  });
  return globalForKey.fairleadCommandKey;
}

/** Public keys that agents pin at enrolment, newest first. */
export async function publicCommandKeys(): Promise<PublicCommandKey[]> {
  await commandKey();
  const rows = await getDb().signingKey.findMany({ where: { purpose: PURPOSE, retiredAt: null }, orderBy: { createdAt: 'desc' } });
  return rows.map((row) => row.publicJwk as unknown as PublicCommandKey);
}

async function loadOrCreate(): Promise<CommandKey> {
  return getDb().$transaction(async (tx) => {
    // Several programs start at once: one makes the key.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('fairlead.signing-key'))`;
    const row = await tx.signingKey.findFirst({ where: { purpose: PURPOSE, retiredAt: null }, orderBy: { createdAt: 'desc' } });
    if (row) return unseal(row.kid, row.sealedJwk);
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const publicJwk = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const sealedJwk = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(await exportJWK(pair.privateKey))))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(sealingKey());
    await tx.signingKey.create({
      data: { kid, purpose: PURPOSE, publicJwk: { ...publicJwk, kid, use: 'sig', alg: 'EdDSA' } as object, sealedJwk },
    });
    return { kid, key: pair.privateKey };
  });
}

async function unseal(kid: string, sealedJwk: string): Promise<CommandKey> {
  const { plaintext } = await compactDecrypt(sealedJwk, sealingKey()).catch(() => {
    throw new Error('The signing key cannot be opened: FAIRLEAD_SECRET is not the one that sealed it.');
  });
  const jwk = JSON.parse(new TextDecoder().decode(plaintext)) as JWK;
  return { kid, key: (await importJWK(jwk, 'EdDSA')) as CryptoKey };
}

function sealingKey(): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', getEnv().FAIRLEAD_SECRET, '', 'fairlead signing key seal v1', 32));
}
