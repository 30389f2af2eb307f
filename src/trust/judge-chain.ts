/** From the signer's certificate to one of the ring: dates, basic constraints, path length, key usage, revocation. */
import { type BasicConstraints, type Certificate, CertificateChainValidationEngine, type ExtKeyUsage } from 'pkijs';
import type { TrustedKey } from '#/protocol/trust/keyring';
import { type Check, no, type SignatureVerdict } from './verdict';
import { certificateOf, fingerprintOf, nameOf, revocationListOf } from './x509';

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;

type Anchor = { entry: TrustedKey; certificate: Certificate };

export async function judgeChain(check: Check, signer: Certificate, bag: Certificate[]): Promise<SignatureVerdict> {
  const name = nameOf(signer);
  const anchors = check.keyring.keys.flatMap((entry): Anchor[] => {
    const certificate = entry.kind === 'x509' && entry.purposes.includes(check.purpose) ? certificateOf(entry.body) : null;
    return certificate !== null && fingerprintOf(certificate) === entry.fingerprint ? [{ entry, certificate }] : [];
  });
  const usage = usageFault(signer);
  if (usage !== null) return no('invalid', `The certificate of ${name} ${usage}.`, null, name);
  const path = await pathOf(signer, bag, anchors, new Date(check.nowMs));
  if (typeof path === 'string') {
    // The same chain without its dates: then only a date is wrong.
    const then = await linkedPath(signer, bag, anchors);
    if (then === null || datesFault(then, check.nowMs) === null)
      return no('untrusted', `No chain leads from ${name} to a certificate of the keyring: ${path}.`, null, name);
    const dated = datesFault(then, check.nowMs) ?? 'a certificate is out of its dates';
    return no('expired', `The chain of ${name} does not hold now: ${dated}.`, anchorOf(then, anchors), name);
  }
  const keyId = anchorOf(path, anchors);
  const dated = datesFault(path, check.nowMs);
  if (dated !== null) return no('expired', `The chain of ${name} does not hold now: ${dated}.`, keyId, name);
  const bad = constraintFault(path);
  if (bad !== null) return no('untrusted', `The chain of ${name} does not hold: ${bad}.`, keyId, name);
  const revoked = await revocationOf(path, check);
  if (revoked !== null) return no('revoked', revoked, keyId, name);
  return { verdict: 'verified', keyId, signer: name, reason: 'The signature holds and its chain ends at a certificate of the keyring.' };
}

/** Signer first, anchor last; or why there is none. */
async function pathOf(signer: Certificate, bag: Certificate[], anchors: Anchor[], at: Date): Promise<Certificate[] | string> {
  const own = fingerprintOf(signer);
  if (anchors.some(({ entry }) => entry.fingerprint === own)) return [signer];
  const trustedCerts = anchors.map(({ certificate }) => certificate);
  const others = bag.filter((one) => fingerprintOf(one) !== own && !anchors.some(({ entry }) => entry.fingerprint === fingerprintOf(one)));
  // The engine judges the last one of the list.
  const engine = new CertificateChainValidationEngine({ trustedCerts, certs: [...others, signer], crls: [], ocsps: [], checkDate: at });
  const result = await engine.verify({ passedWhenNotRevValues: true }).catch((error: unknown) => ({
    result: false,
    resultMessage: error instanceof Error ? error.message : 'unreadable',
    certificatePath: undefined,
  }));
  if (!result.result) return result.resultMessage || 'the chain does not hold';
  const path = result.certificatePath ?? [];
  const last = path.at(-1);
  const first = path[0];
  if (!first || fingerprintOf(first) !== own || !last || !anchors.some(({ entry }) => entry.fingerprint === fingerprintOf(last)))
    return 'the chain does not end at a certificate of the keyring';
  return path;
}

const anchorOf = (path: Certificate[], anchors: Anchor[]): string | null => {
  const last = path.at(-1);
  return last ? (anchors.find(({ certificate }) => fingerprintOf(certificate) === fingerprintOf(last))?.entry.fingerprint ?? null) : null;
};

/** Who has signed whom, whatever the dates say. Only to tell an expired chain from none. */
async function linkedPath(signer: Certificate, bag: Certificate[], anchors: Anchor[]): Promise<Certificate[] | null> {
  const path = [signer];
  const issuers = [...anchors.map(({ certificate }) => certificate), ...bag];
  while (path.length <= bag.length + 1) {
    const last = path.at(-1) ?? signer;
    if (anchorOf(path, anchors) !== null) return path;
    let next: Certificate | null = null;
    for (const issuer of issuers) {
      if (!path.includes(issuer) && issuer.subject.isEqual(last.issuer) && (await last.verify(issuer).catch(() => false))) next ??= issuer;
    }
    if (next === null) return null;
    path.push(next);
  }
  return null;
}

function datesFault(path: Certificate[], nowMs: number): string | null {
  for (const certificate of path) {
    const [from, until] = [certificate.notBefore.value, certificate.notAfter.value];
    if (until.getTime() <= nowMs) return `the certificate of ${nameOf(certificate)} expired on ${until.toISOString().slice(0, 10)}`;
    if (from.getTime() > nowMs) return `the certificate of ${nameOf(certificate)} is valid from ${from.toISOString().slice(0, 10)} only`;
  }
  return null;
}

/** For the signer: it must say that it signs code. */
function usageFault(certificate: Certificate): string | null {
  const extended = certificate.extensions?.find((one) => one.extnID === '2.5.29.37')?.parsedValue as ExtKeyUsage | undefined;
  if (!extended?.keyPurposes?.includes(CODE_SIGNING)) return 'is not one for code signing (extended key usage)';
  const bits = usageBits(certificate);
  return bits !== null && (bits & DIGITAL_SIGNATURE) === 0 ? 'may not make signatures (key usage)' : null;
}

function usageBits(certificate: Certificate): number | null {
  const usage = certificate.extensions?.find((one) => one.extnID === '2.5.29.15')?.parsedValue as
    | { valueBlock: { valueHexView: Uint8Array } }
    | undefined;
  return usage ? (usage.valueBlock.valueHexView[0] ?? 0) : null;
}

/** Issuers must be authorities, allowed to sign certificates, with room for those below them. Looked at apart from the engine. */
function constraintFault(path: Certificate[]): string | null {
  for (const [index, issuer] of path.slice(1).entries()) {
    const basic = issuer.extensions?.find((one) => one.extnID === '2.5.29.19')?.parsedValue as BasicConstraints | undefined;
    if (!basic?.cA) return `${nameOf(issuer)} is no certificate authority`;
    const bits = usageBits(issuer);
    if (bits !== null && (bits & KEY_CERT_SIGN) === 0) return `${nameOf(issuer)} may not sign certificates`;
    const limit = basic.pathLenConstraint;
    if (typeof limit === 'number' && index > limit) return `${nameOf(issuer)} allows ${limit} authorities below it, not ${index}`;
  }
  return null;
}

/** By the ring itself, or by a list that the issuer signed. What a list has revoked stays so, however old the list is. */
async function revocationOf(path: Certificate[], { keyring }: Check): Promise<string | null> {
  const revoked = new Set(keyring.keys.filter((key) => key.revoked).map((key) => key.fingerprint));
  const lists = keyring.crls.map(revocationListOf).filter((list) => list !== null);
  for (const [index, certificate] of path.entries()) {
    if (revoked.has(fingerprintOf(certificate))) return `The certificate of ${nameOf(certificate)} is revoked.`;
    const issuerCertificate = path[index + 1] ?? certificate;
    for (const list of lists) {
      if (!list.issuer.isEqual(certificate.issuer)) continue;
      if (!(await list.verify({ issuerCertificate }).catch(() => false))) continue;
      if (list.isCertificateRevoked(certificate))
        return `${nameOf(issuerCertificate)} has revoked the certificate of ${nameOf(certificate)}.`;
    }
  }
  return null;
}
