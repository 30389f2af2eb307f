/** A key that signs releases, and what it signs. For tests. */
import { createCleartextMessage, createMessage, generateKey, type PrivateKey, sign } from 'openpgp';
import type { KeyPurpose, SignedDocument, TrustedKey, WireSignature } from '#/protocol/trust/keyring';

export type ReleaseKey = {
  pinned: TrustedKey;
  sign(bytes: Uint8Array): Promise<WireSignature>;
  signText(document: object): Promise<SignedDocument>;
  clearSign(text: string): Promise<string>;
};

export async function makeReleaseKey(label: string, purposes: KeyPurpose[] = ['release']): Promise<ReleaseKey> {
  const date = new Date('2025-01-01');
  const { privateKey, publicKey } = await generateKey({ type: 'curve25519', userIDs: [{ name: label }], format: 'object', date });
  const fingerprint = publicKey.getFingerprint().toUpperCase();
  const signBytes = async (bytes: Uint8Array): Promise<WireSignature> => ({ kind: 'gpg', body: await detached(privateKey, bytes, date) });
  return {
    pinned: { kind: 'gpg', fingerprint, label, body: publicKey.armor(), purposes, revoked: false },
    sign: signBytes,
    async signText(document) {
      const text = JSON.stringify(document);
      return { text, signature: await signBytes(new TextEncoder().encode(text)) };
    },
    clearSign: async (text) => sign({ message: await createCleartextMessage({ text }), signingKeys: privateKey, date }),
  };
}

async function detached(signingKeys: PrivateKey, bytes: Uint8Array, date: Date): Promise<string> {
  const message = await createMessage({ binary: bytes });
  const armored = await sign({ message, signingKeys, detached: true, date });
  return Buffer.from(armored).toString('base64');
}
