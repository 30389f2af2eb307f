import type { SignatureKind } from '#/protocol/trust/keyring';

/** What kind of signature these bytes are by how they begin; sums for everything that is neither OpenPGP nor CMS. */
export function signatureKindOf(bytes: Uint8Array): SignatureKind {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart();
  if (head.startsWith('-----BEGIN PGP SIGNATURE')) return 'gpg';
  if (/^-----BEGIN (CMS|PKCS7)/.test(head)) return 'cms';
  const [first = 0, second = 0] = bytes;
  // DER: a sequence with a length of more than one byte.
  if (first === 0x30 && second >= 0x80) return 'cms';
  // OpenPGP: a signature packet, tag 2, in its old or its new form.
  return first === 0xc2 || (first >= 0x88 && first <= 0x8b) ? 'gpg' : 'sums';
}
