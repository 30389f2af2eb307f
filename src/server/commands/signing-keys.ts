/** The Ed25519 keys that sign commands and, apart from them, grants. The private part is at rest only as a JWE sealed with FAIRLEAD_SECRET. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { getDb } from '../db/client';
import { seal, unseal } from '../secrets/seal';

export type KeyPurpose = 'command' | 'grant';
export type SigningKey = { kid: string; key: CryptoKey };
export type PublicKey = { kty: 'OKP'; crv: 'Ed25519'; x: string; kid: string };

const globalForKeys = globalThis as { fairleadSigningKeys?: Map<KeyPurpose, Promise<SigningKey>> };

/** The newest key of the purpose that is not retired; the first caller ever makes one. */
export function signingKey(purpose: KeyPurpose): Promise<SigningKey> {
  globalForKeys.fairleadSigningKeys ??= new Map();
  const keys = globalForKeys.fairleadSigningKeys;
  const known = keys.get(purpose);
  if (known) return known;
  const loading = loadOrCreate(purpose).catch((error: unknown) => {
    keys.delete(purpose);
    throw error;
  });
  keys.set(purpose, loading);
  return loading;
}

/** Public keys of the purpose, which agents pin, newest first. */
export async function publicKeys(purpose: KeyPurpose): Promise<PublicKey[]> {
  await signingKey(purpose);
  const rows = await getDb().signingKey.findMany({ where: { purpose, retiredAt: null }, orderBy: { createdAt: 'desc' } });
  return rows.map((row) => row.publicJwk as unknown as PublicKey);
}

async function loadOrCreate(purpose: KeyPurpose): Promise<SigningKey> {
  return getDb().$transaction(async (tx) => {
    // Several programs start at once: one makes the key.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('fairlead.signing-key'))`;
    const row = await tx.signingKey.findFirst({ where: { purpose, retiredAt: null }, orderBy: { createdAt: 'desc' } });
    if (row) return open(row.kid, row.sealedJwk);
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const publicJwk = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const sealedJwk = await seal('signing key', JSON.stringify(await exportJWK(pair.privateKey)));
    await tx.signingKey.create({
      data: { kid, purpose, publicJwk: { ...publicJwk, kid, use: 'sig', alg: 'EdDSA' } as object, sealedJwk },
    });
    return { kid, key: pair.privateKey };
  });
}

async function open(kid: string, sealedJwk: string): Promise<SigningKey> {
  const jwk = JSON.parse(await unseal('signing key', sealedJwk)) as JWK;
  return { kid, key: (await importJWK(jwk, 'EdDSA')) as CryptoKey };
}
