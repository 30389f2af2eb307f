/** Gateway secrets as Mosquitto's password file keeps them: $7$iterations$salt$hash, PBKDF2 with SHA-512 and 64 bytes. */
import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);
/** Mosquitto's own number. The secret has 256 bits of chance, so iterations protect nothing that guessing could reach. */
const ITERATIONS = 101;
const SALT_BYTES = 12;
const HASH_BYTES = 64;

/** A new random secret of a gateway. */
export function newGatewaySecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The verifier of a secret. */
export async function makeVerifier(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(secret, salt, ITERATIONS, HASH_BYTES, 'sha512');
  return `$7$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** Whether the secret fits; false for a verifier of another form. */
export async function matchesVerifier(verifier: string, secret: string): Promise<boolean> {
  const [, kind, rounds, salt, hash] = verifier.split('$');
  if (kind !== '7' || !rounds || !salt || !hash) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(secret, Buffer.from(salt, 'base64'), Number(rounds), expected.length || 1, 'sha512');
  return timingSafeEqual(expected, actual);
}
