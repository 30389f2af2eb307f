/** PIN hashing: argon2id as passwords, with a pepper that is not in the database: the few PINs there are cannot be tried out on a stolen copy. */
import { hkdfSync } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { getEnv } from '../config/env';

const ARGON2_OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

function pepper(): Uint8Array {
  const { FAIRLEAD_PIN_PEPPER, FAIRLEAD_SECRET } = getEnv();
  return new Uint8Array(hkdfSync('sha256', FAIRLEAD_PIN_PEPPER ?? FAIRLEAD_SECRET, '', 'fairlead pin pepper v1', 32));
}

/** Encoded argon2id hash of the PIN with the pepper. */
export function hashPin(pin: string): Promise<string> {
  return hash(pin, { ...ARGON2_OPTIONS, secret: pepper() });
}

/** Whether the PIN is the one of the hash; false for a hash of another pepper. */
export function matchesPin(storedHash: string, pin: string): Promise<boolean> {
  return verify(storedHash, pin, { secret: pepper() }).catch(() => false);
}
