/** What a pasted key or certificate is. Private parts are refused, not kept. */
import { readKey } from 'openpgp';
import { DomainError } from '#/domain/errors/domain-error';
import { certificateOf, distinguishedName, fingerprintOf, nameOf, revocationListOf } from '#/trust/x509';

export type KeyMaterial = {
  kind: 'gpg' | 'x509';
  fingerprint: string;
  name: string;
  body: string;
  validFrom: Date;
  validUntil: Date | null;
};

/** Throws VALIDATION_FAILED. */
export async function readKeyMaterial(text: string): Promise<KeyMaterial> {
  if (text.includes('PRIVATE KEY'))
    throw refused('This holds a private key. Nothing was kept; only public keys and certificates come here.');
  const certificate = certificateOf(text);
  if (certificate) {
    const [validFrom, validUntil] = [certificate.notBefore.value, certificate.notAfter.value];
    return { kind: 'x509', fingerprint: fingerprintOf(certificate), name: nameOf(certificate), body: text.trim(), validFrom, validUntil };
  }
  const key = await readKey({ armoredKey: text }).catch(() => null);
  if (key === null || key.isPrivate()) throw refused('This is neither an armored OpenPGP public key nor a PEM certificate.');
  const ends = await key.getExpirationTime().catch(() => null);
  return {
    kind: 'gpg',
    fingerprint: key.getFingerprint().toUpperCase(),
    name: key.getUserIDs()[0] ?? '',
    body: key.armor(),
    validFrom: key.getCreationTime(),
    validUntil: ends instanceof Date ? ends : null,
  };
}

export type RevocationMaterial = { issuer: string; body: string; thisUpdateAt: Date; nextUpdateAt: Date | null; entries: number };

/** Throws VALIDATION_FAILED. */
export function readRevocationList(text: string): RevocationMaterial {
  const list = revocationListOf(text);
  if (list === null) throw refused('This is no certificate revocation list in PEM.');
  return {
    issuer: distinguishedName(list.issuer),
    body: text.trim(),
    thisUpdateAt: list.thisUpdate.value,
    nextUpdateAt: list.nextUpdate?.value ?? null,
    entries: list.revokedCertificates?.length ?? 0,
  };
}

function refused(message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', message, { fields: [{ path: 'body', message }] });
}
