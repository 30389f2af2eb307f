/** The one question about a signature, asked by the server before it offers an image and by the agent before it writes one. */
import { createHash } from 'node:crypto';
import type { KeyPurpose, Keyring, SignatureKind, SignedDocument } from '#/protocol/trust/keyring';
import { MAX_SIGNATURE_BYTES } from '#/protocol/trust/keyring';
import { type ContentFactory, malformed, no, OTHER_BYTES, type SignatureVerdict } from './verdict';
import { verifyCms } from './verify-cms';
import { verifyGpg } from './verify-gpg';
import { verifySums } from './verify-sums';

export type SignatureQuestion = {
  kind: SignatureKind;
  signature: Uint8Array;
  content: ContentFactory;
  /** Of the content; content that is something else is `invalid`, whatever was signed. */
  sha256: string;
  keyring: Keyring;
  purpose?: KeyPurpose;
  nowMs: number;
};

/** Never rejects for what the signature is; does for content that cannot be read. Memory stays flat for any size of content. */
export async function verifySignature(question: SignatureQuestion): Promise<SignatureVerdict> {
  const { kind, signature, sha256, keyring, nowMs, purpose = 'release' } = question;
  if (signature.length > MAX_SIGNATURE_BYTES) return malformed(`The signature has more than ${MAX_SIGNATURE_BYTES} bytes.`);
  const read: { hashes: string[]; failure: unknown } = { hashes: [], failure: null };
  const content = () => hashed(question.content, read);
  const check = { signature, content, keyring, purpose, nowMs };
  let verdict: SignatureVerdict;
  try {
    verdict = await (kind === 'gpg' ? verifyGpg(check) : kind === 'cms' ? verifyCms(check) : verifySums(check, sha256));
  } catch (error) {
    if (read.failure !== null) throw read.failure;
    verdict = no('invalid', `The signature cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}.`);
  }
  if (read.failure !== null) throw read.failure;
  // A list of SHA-256 sums is judged by the hash alone; otherwise the bytes must have been read to their end.
  if (verdict.verdict === 'verified' && kind !== 'sums' && read.hashes.length === 0) return no('invalid', 'The content was not read.');
  if (read.hashes.some((hash) => hash !== sha256)) return no('invalid', OTHER_BYTES);
  return verdict;
}

/** Whether a text was signed with a key of the ring. */
export function verifyDocument(document: SignedDocument, keyring: Keyring, purpose: KeyPurpose, nowMs: number): Promise<SignatureVerdict> {
  const bytes = Buffer.from(document.text, 'utf8');
  return verifySignature({
    kind: document.signature.kind,
    signature: Buffer.from(document.signature.body, 'base64'),
    content: async function* () {
      yield bytes;
    },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    keyring,
    purpose,
    nowMs,
  });
}

async function* hashed(content: ContentFactory, read: { hashes: string[]; failure: unknown }): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of content()) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    read.failure = error;
    throw error;
  }
  read.hashes.push(hash.digest('hex'));
}
