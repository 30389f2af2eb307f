/**
 * Lists of check sums as `sha256sum` and `sha512sum` write them. A list proves a hash; it counts as a signature only when it
 * is signed itself: clear-signed, or with its detached signature (OpenPGP or CMS) appended.
 */
import { createHash } from 'node:crypto';
import { type Check, malformed, no, type SignatureVerdict } from './verdict';
import { verifyClearSigned, verifyGpg } from './verify-gpg';
import { verifyCms } from './verify-cms';

const LINE = /^\\?([0-9a-fA-F]{64}|[0-9a-fA-F]{128}) [ *].+$/;
const APPENDED = /^-----BEGIN (PGP SIGNATURE|CMS|PKCS7)-----/m;

export async function verifySums(check: Check, sha256: string): Promise<SignatureVerdict> {
  const whole = Buffer.from(check.signature).toString('utf8');
  let text = whole;
  let signed: SignatureVerdict | null = null;
  if (whole.startsWith('-----BEGIN PGP SIGNED MESSAGE-----')) ({ verdict: signed, text } = await verifyClearSigned(check));
  else {
    const found = APPENDED.exec(whole);
    if (found) {
      text = whole.slice(0, found.index);
      const list = Buffer.from(text, 'utf8');
      const rest = { ...check, signature: Buffer.from(whole.slice(found.index), 'utf8'), content: () => once(list) };
      signed = await (found[1] === 'PGP SIGNATURE' ? verifyGpg(rest) : verifyCms(rest));
    }
  }
  if (signed !== null && signed.verdict !== 'verified') return signed;
  const sums = sumsOf(text);
  if (sums === null) return malformed('This is not a list of SHA-256 or SHA-512 check sums.');
  const named = sums.has(sha256) || ([...sums].some((sum) => sum.length === 128) && sums.has(await sha512Of(check)));
  if (!named) return no('invalid', 'The list of check sums does not name this image.', signed?.keyId ?? null, signed?.signer ?? null);
  return signed === null
    ? no('untrusted', 'The list of check sums names this image, but nobody has signed the list.')
    : { ...signed, reason: 'The signed list of check sums names this image.' };
}

/** The hashes of a list in lower case, or null when a line is something else. */
export function sumsOf(text: string): Set<string> | null {
  const sums = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const sum = LINE.exec(line)?.[1];
    if (sum === undefined) return null;
    sums.add(sum.toLowerCase());
  }
  return sums.size === 0 ? null : sums;
}

async function sha512Of({ content }: Check): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of content()) hash.update(chunk);
  return hash.digest('hex');
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
