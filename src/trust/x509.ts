/** Certificates and revocation lists as text, names and fingerprints. */
import { createHash } from 'node:crypto';
import * as asn1 from 'asn1js';
import { Certificate, CertificateRevocationList } from 'pkijs';

/** From PEM; null when it is none. */
export function certificateOf(pem: string): Certificate | null {
  const der = derOf(pem, 'CERTIFICATE');
  try {
    return der === null ? null : Certificate.fromBER(der);
  } catch {
    return null;
  }
}

/** From PEM; null when it is none. */
export function revocationListOf(pem: string): CertificateRevocationList | null {
  const der = derOf(pem, 'X509 CRL');
  try {
    return der === null ? null : CertificateRevocationList.fromBER(der);
  } catch {
    return null;
  }
}

function derOf(pem: string, label: string): ArrayBuffer | null {
  const found = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem)?.[1];
  if (found === undefined) return null;
  const der = Uint8Array.from(Buffer.from(found, 'base64')).buffer;
  return asn1.fromBER(der).offset === -1 ? null : der;
}

/** Upper-case hex of SHA-256. */
export function fingerprintOf(certificate: Certificate): string {
  return createHash('sha256')
    .update(Buffer.from(certificate.toSchema(true).toBER()))
    .digest('hex')
    .toUpperCase();
}

const SHORT: Record<string, string> = { '2.5.4.3': 'CN', '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.6': 'C' };

export function nameOf({ subject }: Pick<Certificate, 'subject'>): string {
  return distinguishedName(subject);
}

export function distinguishedName(name: Certificate['subject']): string {
  return name.typesAndValues.map(({ type, value }) => `${SHORT[type] ?? type}=${value.valueBlock.value}`).join(', ');
}
