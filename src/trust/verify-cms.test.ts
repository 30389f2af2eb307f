import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Keyring, SignatureKind } from '#/protocol/trust/keyring';
import { CA, CertificateOffice, SIGNER } from './testing/certificate-office';
import { verifySignature } from './verify-signature';

const image = randomBytes(200_000);
let office: CertificateOffice;

beforeAll(() => {
  office = new CertificateOffice();
  office.issue('root', null, CA);
  office.issue('middle', 'root', CA);
  office.issue('signer', 'middle', SIGNER);
});
afterAll(() => office.remove());

function look(
  signature: Uint8Array,
  keyring: Partial<Keyring> = {},
  content: Uint8Array = image,
  nowMs = Date.now() + 2000,
  kind: SignatureKind = 'cms',
) {
  return verifySignature({
    kind,
    signature,
    content: async function* () {
      yield content;
    },
    sha256: createHash('sha256').update(content).digest('hex'),
    keyring: { keys: [office.exported('root')], crls: [], ...keyring },
    nowMs,
  });
}

describe('a detached CMS signature that real openssl has made', () => {
  it('is verified through an intermediate, as DER and PEM', async () => {
    const expected = { verdict: 'verified', keyId: office.exported('root').fingerprint, signer: 'O=Port, CN=signer' };
    expect(await look(office.sign(image, 'signer', ['middle']))).toMatchObject(expected);
    expect(await look(office.sign(image, 'signer', ['middle'], ['-outform', 'PEM']))).toMatchObject(expected);
    expect(await look(office.sign(image, 'signer', ['middle'], ['-keyid']))).toMatchObject(expected);
    // The root itself may come along.
    expect(await look(office.sign(image, 'signer', ['middle', 'root']))).toMatchObject(expected);
  });

  it.each([
    ['RSA', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], []],
    ['RSA-PSS', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], ['-keyopt', 'rsa_padding_mode:pss']],
    ['P-384', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], ['-md', 'sha512']],
  ])('is verified with %s', async (name, algorithm, how) => {
    office.issue(name, 'root', SIGNER, { algorithm });
    expect(await look(office.sign(image, name, [], how))).toMatchObject({ verdict: 'verified' });
  });

  it('is invalid for another image, when it is altered, and when it carries content', async () => {
    const signature = office.sign(image, 'signer', ['middle']);
    expect(await look(signature, {}, randomBytes(100))).toMatchObject({
      verdict: 'invalid',
      reason: 'The signature is for other content.',
    });
    const altered = Buffer.from(signature);
    altered[altered.length - 3] = (altered[altered.length - 3] ?? 0) ^ 1;
    expect(await look(altered)).toMatchObject({ verdict: 'invalid' });
    expect(await look(office.sign(Buffer.from('x'), 'signer', ['middle'], ['-nodetach']))).toMatchObject({ verdict: 'invalid' });
    expect(await look(Buffer.from('nothing'))).toMatchObject({ verdict: 'invalid' });
  });

  it('is untrusted without its intermediate, under another root, and with another purpose', async () => {
    expect(await look(office.sign(image, 'signer'))).toMatchObject({ verdict: 'untrusted' });
    office.issue('foreign', null, CA);
    const signature = office.sign(image, 'signer', ['middle']);
    expect(await look(signature, { keys: [office.exported('foreign')] })).toMatchObject({ verdict: 'untrusted' });
    expect(await look(signature, { keys: [office.exported('root', { purposes: ['downgrade'] })] })).toMatchObject({ verdict: 'untrusted' });
  });

  it('is verified with the intermediate itself, or the very certificate, in the ring', async () => {
    const signature = office.sign(image, 'signer', ['middle']);
    expect(await look(signature, { keys: [office.exported('middle')] })).toMatchObject({ verdict: 'verified' });
    expect(await look(signature, { keys: [office.exported('signer')] })).toMatchObject({ verdict: 'verified' });
  });

  it('is invalid when the certificate is not one for signing code', async () => {
    office.issue('tls', 'root', SIGNER.replace('codeSigning', 'serverAuth'));
    expect(await look(office.sign(image, 'tls'))).toMatchObject({ verdict: 'invalid' });
    office.issue('cipher', 'root', SIGNER.replace('digitalSignature', 'keyEncipherment'));
    expect(await look(office.sign(image, 'cipher'))).toMatchObject({ verdict: 'invalid' });
  });

  it('is expired when the certificate or one of its issuers is out of its dates', async () => {
    const dates: [string, string] = ['20230101000000Z', '20240101000000Z'];
    office.issue('past', 'root', SIGNER, { dates });
    expect(await look(office.sign(image, 'past'))).toMatchObject({ verdict: 'expired' });
    office.issue('old-middle', 'root', CA, { dates: [dates[0], '20300101000000Z'] });
    office.issue('under-old', 'old-middle', SIGNER, { dates: [dates[0], '20400101000000Z'] });
    const signature = office.sign(image, 'under-old', ['old-middle']);
    expect(await look(signature, { keys: [office.exported('root')] }, image, Date.parse('2031-01-01'))).toMatchObject({
      verdict: 'expired',
    });
  });

  it('is untrusted when an issuer is no authority or has no room below it', async () => {
    office.issue('leaf-as-ca', 'root', SIGNER);
    office.issue('child', 'leaf-as-ca', SIGNER);
    expect(await look(office.sign(image, 'child', ['leaf-as-ca']))).toMatchObject({ verdict: 'untrusted' });
    office.issue('short', null, CA.replace('CA:TRUE', 'CA:TRUE,pathlen:0'));
    office.issue('too-deep', 'short', CA);
    office.issue('deep-signer', 'too-deep', SIGNER);
    expect(await look(office.sign(image, 'deep-signer', ['too-deep']), { keys: [office.exported('short')] })).toMatchObject({
      verdict: 'untrusted',
    });
  });

  it('is revoked by a list of its issuer, and not by a list that somebody else signed in its name', async () => {
    office.issue('gone', 'root', SIGNER);
    const signature = office.sign(image, 'gone');
    expect(await look(signature)).toMatchObject({ verdict: 'verified' });
    const crl = office.revoke('gone', 'root');
    expect(await look(signature, { crls: [crl] })).toMatchObject({ verdict: 'revoked' });
    expect(await look(office.sign(image, 'signer', ['middle']), { crls: [crl] })).toMatchObject({ verdict: 'verified' });
    const forged = Buffer.from(crl.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    forged[forged.length - 2] = (forged[forged.length - 2] ?? 0) ^ 1;
    const pem = `-----BEGIN X509 CRL-----\n${forged.toString('base64')}\n-----END X509 CRL-----\n`;
    expect(await look(signature, { crls: [pem] })).toMatchObject({ verdict: 'verified' });
    expect(await look(signature, { keys: [office.exported('root', { revoked: true })] })).toMatchObject({ verdict: 'revoked' });
  });

  it('signs a list of check sums as well', async () => {
    const list = Buffer.from(`${createHash('sha256').update(image).digest('hex')}  image.img\n`);
    const signed = Buffer.concat([list, office.sign(list, 'signer', ['middle'], ['-outform', 'PEM'])]);
    expect(await look(signed, {}, image, Date.now() + 2000, 'sums')).toMatchObject({ verdict: 'verified' });
  });
});
