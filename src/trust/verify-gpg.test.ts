import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignatureKind, TrustedKey } from '#/protocol/trust/keyring';
import { GpgHome } from './testing/gpg-home';
import { verifySignature } from './verify-signature';

const image = randomBytes(300_000);
const nowMs = Date.now() + 60_000;
let gpg: GpgHome;
let release: string;

beforeAll(() => {
  gpg = new GpgHome();
  release = gpg.makeKey('Release <release@port.example>');
});
afterAll(() => gpg.remove());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
function look(signature: Uint8Array, keys: TrustedKey[], content: Uint8Array = image, kind: SignatureKind = 'gpg') {
  async function* pieces() {
    for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
  }
  return verifySignature({ kind, signature, content: pieces, sha256: sha256(content), keyring: { keys, crls: [] }, nowMs });
}

describe('a detached signature that real gpg has made', () => {
  it('is verified, armored and binary', async () => {
    const keys = [gpg.exported(release)];
    const expected = { verdict: 'verified', keyId: release, signer: 'Release <release@port.example>' };
    expect(await look(gpg.sign(image, release), keys)).toMatchObject(expected);
    expect(await look(gpg.sign(image, release, []), keys)).toMatchObject(expected);
  });

  it('is invalid for another image, when it is altered, and when it is over text', async () => {
    const keys = [gpg.exported(release)];
    const altered = Uint8Array.from(image);
    altered[200_000] = (altered[200_000] ?? 0) ^ 1;
    expect(await look(gpg.sign(image, release), keys, altered)).toMatchObject({ verdict: 'invalid' });
    const signature = gpg.sign(image, release, []);
    signature[signature.length - 5] = (signature[signature.length - 5] ?? 0) ^ 1;
    expect(await look(signature, keys)).toMatchObject({ verdict: 'invalid' });
    expect(await look(gpg.sign(image, release, ['--textmode']), keys)).toMatchObject({ verdict: 'invalid' });
    expect(await look(Buffer.from('no signature'), keys)).toMatchObject({ verdict: 'invalid' });
  });

  it('is untrusted when the key is unknown or has another purpose', async () => {
    const stranger = gpg.makeKey('Stranger <stranger@elsewhere.example>');
    const signature = gpg.sign(image, stranger);
    expect(await look(signature, [gpg.exported(release)])).toMatchObject({ verdict: 'untrusted', keyId: null });
    expect(await look(signature, [gpg.exported(stranger, { purposes: ['downgrade'] })])).toMatchObject({ verdict: 'untrusted' });
    // Whoever puts his key under a trusted fingerprint gains nothing.
    expect(await look(signature, [gpg.exported(stranger, { fingerprint: release })])).toMatchObject({ verdict: 'untrusted' });
  });

  it('is expired when the key has expired since', async () => {
    const key = gpg.makeKey('Old <old@port.example>', '1y', '20230101T000000');
    const signature = gpg.sign(image, key, ['--armor'], '20230601T000000');
    expect(await look(signature, [gpg.exported(key)])).toMatchObject({ verdict: 'expired', keyId: key });
  });

  it('is revoked by the key itself and by the ring', async () => {
    const key = gpg.makeKey('Lost <lost@port.example>');
    const signature = gpg.sign(image, key);
    expect(await look(signature, [gpg.exported(key)])).toMatchObject({ verdict: 'verified' });
    expect(await look(signature, [gpg.exported(key, { revoked: true })])).toMatchObject({ verdict: 'revoked', keyId: key });
    gpg.revoke(key);
    expect(await look(signature, [gpg.exported(key)])).toMatchObject({ verdict: 'revoked', keyId: key });
  });

  it('is verified by a signing subkey, under the name of the primary key', async () => {
    gpg.run(['--quick-gen-key', 'Sub <sub@port.example>', 'ed25519', 'cert', '0']);
    const key = gpg.fingerprint('Sub <sub@port.example>');
    gpg.run(['--quick-add-key', key, 'ed25519', 'sign', '0']);
    expect(await look(gpg.sign(image, key), [gpg.exported(key)])).toMatchObject({ verdict: 'verified', keyId: key });
  });
});

describe('a list of check sums', () => {
  const list = (program: string) => execFileSync(program, [gpg.file('image.img', image)], { encoding: 'utf8' });

  it('counts when it is signed: clear-signed or with its signature appended, SHA-256 and SHA-512', async () => {
    const keys = [gpg.exported(release)];
    for (const text of [list('sha256sum'), list('sha512sum')]) {
      expect(await look(gpg.sign(text, release, ['--clear-sign']), keys, image, 'sums')).toMatchObject({
        verdict: 'verified',
        keyId: release,
      });
      const appended = Buffer.concat([Buffer.from(text), gpg.sign(text, release)]);
      expect(await look(appended, keys, image, 'sums')).toMatchObject({ verdict: 'verified' });
    }
  });

  it('is a hash only when nobody signed it, and nothing when it names other images or was altered', async () => {
    const keys = [gpg.exported(release)];
    const text = list('sha256sum');
    expect(await look(Buffer.from(text), keys, image, 'sums')).toMatchObject({ verdict: 'untrusted' });
    expect(await look(Buffer.from('hello'), keys, image, 'sums')).toMatchObject({ verdict: 'invalid' });
    const signed = gpg.sign(text, release, ['--clear-sign']);
    expect(await look(signed, keys, randomBytes(10), 'sums')).toMatchObject({ verdict: 'invalid' });
    const forged = Buffer.from(signed.toString().replace(sha256(image), sha256(Buffer.from('evil'))));
    expect(await look(forged, keys, Buffer.from('evil'), 'sums')).toMatchObject({ verdict: 'invalid' });
  });
});
