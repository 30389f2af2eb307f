/** A signature of an image: over the file that it comes in, or over what a compressed file unpacks to. Either vouches for what a slot gets. */
import type { SignatureCovers } from '#/protocol/trust/keyring';
import { type ContentFactory, no, type SignatureVerdict } from './verdict';
import { type SignatureQuestion, verifySignature } from './verify-signature';

export type SignedBytes = { sha256: string; read: ContentFactory };
export type ImageQuestion = Omit<SignatureQuestion, 'content' | 'sha256'> & {
  /** null: it is not at hand. */
  file: SignedBytes | null;
  /** What a compressed file unpacks to, asked for only when the file does not settle it; null: there is no such thing. */
  content: () => Promise<SignedBytes | null>;
};
/** `covers` is null unless the verdict is `verified`. */
export type ImageVerdict = SignatureVerdict & { covers: SignatureCovers | null };

/** Rejects for bytes that cannot be read, never for what the signature is. */
export async function verifyImage({ file, content, ...about }: ImageQuestion): Promise<ImageVerdict> {
  const ask = ({ sha256, read }: SignedBytes) => verifySignature({ ...about, sha256, content: read });
  const ofFile = file && (await ask(file));
  // A key that does not count does so for all bytes; one that counts may have signed the others. And a list of sums can name both.
  const settled = ofFile !== null && ofFile.verdict !== 'invalid' && !(about.kind === 'sums' && ofFile.verdict === 'verified');
  const unpacked = settled ? null : await content();
  const ofContent = unpacked && (await ask(unpacked));
  const verdicts = [ofFile, ofContent].filter((one) => one !== null);
  const best =
    verdicts.find(({ verdict }) => verdict === 'verified') ??
    verdicts.find(({ verdict }) => verdict !== 'invalid') ??
    verdicts[0] ??
    no('invalid', 'It is over bytes that are not at hand.');
  return { ...best, covers: coversOf(ofFile?.verdict === 'verified', ofContent?.verdict === 'verified') };
}

function coversOf(file: boolean, content: boolean): SignatureCovers | null {
  if (file) return content ? 'both' : 'file';
  return content ? 'content' : null;
}
