/** Sealing of what must not be readable at rest: a JWE with a key derived from FAIRLEAD_SECRET, one key per use. */
import { hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { getEnv } from '../config/env';

/** Each use has a key of its own: what is sealed for one cannot be opened as another. The texts are for ever. */
const USES = {
  'signing key': 'fairlead signing key seal v1',
  'channel secret': 'fairlead channel secret seal v1',
  'demo release key': 'fairlead demo release key seal v1',
} as const;
export type SealUse = keyof typeof USES;

export async function seal(use: SealUse, text: string): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(keyOf(use));
}

/** Throws when FAIRLEAD_SECRET is not the one that sealed it. */
export async function unseal(use: SealUse, sealed: string): Promise<string> {
  const { plaintext } = await compactDecrypt(sealed, keyOf(use)).catch(() => {
    throw new Error(`The ${use} cannot be opened: FAIRLEAD_SECRET is not the one that sealed it.`);
  });
  return new TextDecoder().decode(plaintext);
}

function keyOf(use: SealUse): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', getEnv().FAIRLEAD_SECRET, '', USES[use], 32));
}
