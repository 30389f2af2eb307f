/** The secret of an API token: made once, kept as SHA-256 only (it has 256 bits of chance, so no slow hash is needed). */
import { createHash, randomBytes } from 'node:crypto';

/** Marks a Fairlead token, so that secret scanners and people recognise one. */
const MARK = 'flt_';
/** Characters that a list may show. */
const PREFIX_LENGTH = 10;

/** SHA-256 of a token as lower-case hex; what ApiToken.tokenHash holds. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A new random token with its hash and the part that lists show. */
export function generateToken(): { token: string; tokenHash: string; prefix: string } {
  const token = MARK + randomBytes(32).toString('base64url');
  return { token, tokenHash: hashToken(token), prefix: token.slice(0, PREFIX_LENGTH) };
}
