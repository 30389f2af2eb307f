/** OpenPGP: detached signatures of any size of content, and clear-signed text. */
import { Readable } from 'node:stream';
import {
  createMessage,
  enums,
  type PublicKey,
  readCleartextMessage,
  readKeys,
  readSignature,
  type Signature,
  type Subkey,
  verify,
} from 'openpgp';
import type { Keyring, KeyPurpose, TrustedKey } from '#/protocol/trust/keyring';
import { type Check, malformed, no, type SignatureVerdict } from './verdict';

type RingKey = { entry: TrustedKey; key: PublicKey };
type Signed = { signatures: { keyID: { toHex(): string; equals(other: never): boolean }; verified: Promise<true> }[] };

const ARMOR = '-----BEGIN PGP SIGNATURE-----';

/** A detached signature, armored or binary. The content is read once, in pieces. */
export async function verifyGpg(check: Check): Promise<SignatureVerdict> {
  let signature: Signature;
  try {
    const text = Buffer.from(check.signature).toString('latin1');
    signature = text.trimStart().startsWith(ARMOR)
      ? await readSignature({ armoredSignature: text })
      : await readSignature({ binarySignature: check.signature });
  } catch {
    return malformed('This is not an OpenPGP signature.');
  }
  // A signature over text would hold for other bytes as well: line ends do not count in it.
  if (signature.packets.some((packet) => packet.signatureType !== enums.signature.binary))
    return malformed('The signature is not one over binary content.');
  return judge(check, signature, async (verificationKeys, date) => {
    const content = Readable.from(check.content(), { objectMode: false });
    try {
      const message = await createMessage({ binary: Readable.toWeb(content) as never, format: 'binary' });
      const result = await verify({ message, signature, verificationKeys, date, format: 'binary' });
      await drain(result.data as unknown as ReadableStream<Uint8Array>);
      return result as unknown as Signed;
    } finally {
      // Whoever stops early must not hold what the content comes from: of xz there is one decoder for all.
      content.destroy();
    }
  });
}

/** Clear-signed text, and the text that was signed. */
export async function verifyClearSigned(check: Check): Promise<{ verdict: SignatureVerdict; text: string }> {
  try {
    const message = await readCleartextMessage({ cleartextMessage: Buffer.from(check.signature).toString('utf8') });
    const ids = { getSigningKeyIDs: () => message.getSigningKeyIDs() };
    const verdict = await judge(
      check,
      ids,
      async (verificationKeys, date) => (await verify({ message, verificationKeys, date })) as unknown as Signed,
    );
    return { verdict, text: message.getText() };
  } catch {
    return { verdict: malformed('This is not a clear-signed text.'), text: '' };
  }
}

async function judge(
  check: Check,
  signature: Pick<Signature, 'getSigningKeyIDs'>,
  run: (keys: PublicKey[], date: Date) => Promise<Signed>,
): Promise<SignatureVerdict> {
  const ring = await openRing(check.keyring, check.purpose);
  const ids = signature.getSigningKeyIDs();
  const date = new Date(check.nowMs);
  const candidates = ring.filter(({ key }) => ids.some((id) => key.getKeys(id).length > 0));
  if (candidates.length === 0) {
    const shown = ids.map((id) => id.toHex().toUpperCase()).join(', ');
    return no('untrusted', `It was made with key ${shown || 'unknown'}, which is not in the keyring.`);
  }
  const good: RingKey[] = [];
  let refused: SignatureVerdict | null = null;
  for (const one of candidates) {
    const fault = await faultOf(
      one,
      ids.flatMap((id) => one.key.getKeys(id)),
      date,
    );
    if (fault === null) good.push(one);
    else refused ??= fault;
  }
  if (good.length === 0 && refused !== null) return refused;
  let reason = 'the signature does not hold for this content';
  const { signatures } = await run(
    good.map(({ key }) => key),
    date,
  );
  for (const { keyID, verified } of signatures) {
    const owner = good.find(({ key }) => key.getKeys(keyID as never).length > 0);
    try {
      await verified;
      if (owner)
        return { verdict: 'verified', keyId: owner.entry.fingerprint, signer: await signerOf(owner), reason: 'The signature holds.' };
    } catch (error) {
      if (owner && error instanceof Error) reason = error.message;
    }
  }
  const [first] = good;
  return no('invalid', `The signature does not hold: ${reason}.`, first?.entry.fingerprint ?? null, first ? await signerOf(first) : null);
}

/** Why a key of the ring may not sign now, or null. */
async function faultOf(one: RingKey, used: (PublicKey | Subkey)[], date: Date): Promise<SignatureVerdict | null> {
  const { entry, key } = one;
  const signer = await signerOf(one);
  const about = `Key ${entry.fingerprint.slice(-16)} of ${signer ?? entry.label}`;
  if (entry.revoked || (await key.isRevoked(undefined, undefined, date)))
    return no('revoked', `${about} is revoked.`, entry.fingerprint, signer);
  for (const part of used) {
    if (part !== key && (await (part as Subkey).isRevoked(undefined as never, undefined as never, date)))
      return no('revoked', `A subkey of ${signer ?? entry.label} is revoked.`, entry.fingerprint, signer);
    const ends = part === key ? await key.getExpirationTime() : await (part as Subkey).getExpirationTime(date);
    if (ends instanceof Date && ends.getTime() <= date.getTime())
      return no('expired', `${about} expired on ${ends.toISOString().slice(0, 10)}.`, entry.fingerprint, signer);
  }
  const ends = await key.getExpirationTime();
  if (ends instanceof Date && ends.getTime() <= date.getTime())
    return no('expired', `${about} expired on ${ends.toISOString().slice(0, 10)}.`, entry.fingerprint, signer);
  return null;
}

async function openRing(keyring: Keyring, purpose: KeyPurpose): Promise<RingKey[]> {
  const ring: RingKey[] = [];
  for (const entry of keyring.keys) {
    if (entry.kind !== 'gpg' || !entry.purposes.includes(purpose)) continue;
    const keys = await readKeys({ armoredKeys: entry.body }).catch(() => []);
    for (const key of keys) if (key.getFingerprint().toUpperCase() === entry.fingerprint) ring.push({ entry, key: key.toPublic() });
  }
  return ring;
}

async function signerOf({ key, entry }: RingKey): Promise<string | null> {
  const user = await key.getPrimaryUser().catch(() => null);
  return user?.user.userID?.userID ?? key.getUserIDs()[0] ?? entry.label;
}

/** To its end: a verdict that is asked for before would never come. */
async function drain(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  for (;;) if ((await reader.read()).done) return;
}
