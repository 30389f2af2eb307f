/** Password hashing: argon2id with the OWASP parameters (19 MiB, 2 passes), which the library's default meets. */
import { hash, verify } from '@node-rs/argon2';

const ARGON2_OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Shortest password that a person may choose. */
export const MIN_PASSWORD_LENGTH = 12;

/** Encoded argon2id hash of the password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2_OPTIONS);
}

const globalForDecoy = globalThis as { fairleadDecoyHash?: Promise<string> };

/**
 * Verifies a password. Without a stored hash (unknown person) it verifies against a decoy, so that both
 * answers take the same time.
 */
export async function verifyPassword(storedHash: string | null, password: string): Promise<boolean> {
  globalForDecoy.fairleadDecoyHash ??= hashPassword('nobody has this password');
  const matches = await verify(storedHash ?? (await globalForDecoy.fairleadDecoyHash), password).catch(() => false);
  return storedHash !== null && matches;
}
