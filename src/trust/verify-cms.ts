/** Detached CMS signatures (RFC 5652) by a certificate for code signing, up to a certificate of the ring. */
import { constants, createHash, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import * as asn1 from 'asn1js';
import { type Certificate, ContentInfo, IssuerAndSerialNumber, SignedData, type SignerInfo } from 'pkijs';
import { judgeChain } from './judge-chain';
import { type Check, malformed, no, type SignatureVerdict } from './verdict';
import { certificateOf, nameOf } from './x509';

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const RSA_PSS = '1.2.840.113549.1.1.10';
const DIGESTS: Record<string, string> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

export async function verifyCms(check: Check): Promise<SignatureVerdict> {
  const signed = parse(check.signature);
  if (signed === null) return malformed('This is not a CMS signature.');
  if (signed.encapContentInfo.eContent !== undefined) return malformed('The CMS message carries content of its own; it must be detached.');
  const [info, second] = signed.signerInfos;
  if (!info || second) return malformed('The CMS message must have exactly one signer.');
  const bag = (signed.certificates ?? []).filter((one): one is Certificate => 'tbsView' in one);
  const ring = check.keyring.keys.flatMap((key) => (key.kind === 'x509' ? [certificateOf(key.body)] : [])).filter((one) => one !== null);
  const signer = [...bag, ...ring].find((certificate) => isSignerOf(info, certificate));
  if (!signer) return no('untrusted', 'The certificate of the signer is not in the message.');
  const fault = await faultOf(info, signer, check, signed.encapContentInfo.eContentType);
  if (fault !== null) return no('invalid', fault, null, nameOf(signer));
  return judgeChain(check, signer, bag);
}

/** PEM or DER; null when it is something else. */
function parse(bytes: Uint8Array): SignedData | null {
  try {
    const text = Buffer.from(bytes).toString('latin1');
    const pem = /-----BEGIN (?:CMS|PKCS7)-----([A-Za-z0-9+/=\s]+)-----END (?:CMS|PKCS7)-----/.exec(text);
    const der = pem?.[1] === undefined ? Uint8Array.from(bytes) : Uint8Array.from(Buffer.from(pem[1], 'base64'));
    const decoded = asn1.fromBER(der.buffer);
    if (decoded.offset === -1) return null;
    const info = new ContentInfo({ schema: decoded.result });
    return info.contentType === SIGNED_DATA ? new SignedData({ schema: info.content }) : null;
  } catch {
    return null;
  }
}

function isSignerOf(info: SignerInfo, certificate: Certificate): boolean {
  if (info.sid instanceof IssuerAndSerialNumber) {
    return certificate.issuer.isEqual(info.sid.issuer) && certificate.serialNumber.isEqual(info.sid.serialNumber);
  }
  const own = certificate.extensions?.find((one) => one.extnID === '2.5.29.14')?.parsedValue;
  const wanted = info.sid?.idBlock !== undefined ? info.sid.valueBlock : null;
  if (!(own instanceof asn1.OctetString) || wanted === null) return false;
  const bytes = 'valueHexView' in wanted ? wanted.valueHexView : wanted.value?.[0]?.valueBlock?.valueHexView;
  return bytes instanceof Uint8Array && Buffer.from(bytes).equals(Buffer.from(own.valueBlock.valueHexView));
}

/** Whether these bytes were signed with the key of that certificate; null when they were. */
async function faultOf(info: SignerInfo, signer: Certificate, check: Check, eContentType: string): Promise<string | null> {
  const digest = DIGESTS[info.digestAlgorithm.algorithmId];
  if (digest === undefined) return 'The digest of the signature is not SHA-256, SHA-384 or SHA-512.';
  if (!info.signedAttrs) return 'The signature has no signed attributes.';
  const attributes = info.signedAttrs.attributes;
  const valuesOf = (type: string) => attributes.filter((one) => one.type === type).flatMap((one) => one.values);
  const [type, otherType] = valuesOf(CONTENT_TYPE);
  if (eContentType !== DATA || otherType || !(type instanceof asn1.ObjectIdentifier) || type.valueBlock.toString() !== DATA)
    return 'The signature is not one over plain data.';
  const [stated, otherDigest] = valuesOf(MESSAGE_DIGEST);
  if (otherDigest || !(stated instanceof asn1.OctetString)) return 'The signature does not state one digest.';
  const hash = createHash(digest);
  for await (const chunk of check.content()) hash.update(chunk);
  const actual = hash.digest();
  const expected = Buffer.from(stated.valueBlock.valueHexView);
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return 'The signature is for other content.';
  const key = new X509Certificate(Buffer.from(signer.toSchema(true).toBER())).publicKey;
  const algorithm = key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448' ? null : digest;
  const pss =
    info.signatureAlgorithm.algorithmId === RSA_PSS
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
      : {};
  const covered = Buffer.from(info.signedAttrs.encodedValue);
  const holds = verify(algorithm, covered, { key, ...pss }, Buffer.from(info.signature.valueBlock.valueHexView));
  return holds ? null : 'The signature was altered or made with another key.';
}
