/** A signature of an image: over the file that it comes in, or over what a compressed file unpacks to. Either vouches for what a slot gets. */
import { createHash } from 'node:crypto';
import type { SignatureCovers } from '#/protocol/trust/keyring';
import { type ContentFactory, no, OTHER_BYTES, type SignatureVerdict } from './verdict';
import { type SignatureQuestion, verifySignature } from './verify-signature';

export type SignedBytes = {
  sha256: string;
  read: ContentFactory;
  /** Nobody has compared the hash with the bytes: a list of sums that names it proves nothing until they are read. */
  isClaimed?: boolean;
};
/** A question without the bytes that it is asked of. */
export type SignatureAbout = Omit<SignatureQuestion, 'content' | 'sha256'>;
/** Bytes that another process reads, which asks `verifyBytes` as well. */
export type BytesElsewhere = { judge: (about: SignatureAbout) => Promise<SignatureVerdict> };
export type ImageQuestion = SignatureAbout & {
  /** null: it is not at hand. */
  file: SignedBytes | null;
  /** What a compressed file unpacks to, asked for only when the file does not settle it; null: there is no such thing. */
  content: () => Promise<SignedBytes | BytesElsewhere | null>;
  /** Whether a list of sums that names the file names the content as well is not asked. */
  isOneEnough?: boolean;
};
/** `covers` is what the signature holds for; null: nothing that was looked at. */
export type ImageVerdict = SignatureVerdict & { covers: SignatureCovers | null };

/** Rejects for bytes that cannot be read, never for what the signature is. */
export async function verifyImage({ file, content, isOneEnough = false, ...about }: ImageQuestion): Promise<ImageVerdict> {
  const ofFile = file && (await verifyBytes(about, file));
  const unpacked = isSettled(ofFile, isOneEnough || about.kind !== 'sums') ? null : await content();
  const ofContent = unpacked && (await ('judge' in unpacked ? unpacked.judge(about) : verifyBytes(about, unpacked)));
  const verdicts = [ofFile, ofContent].filter((one) => one !== null);
  const { isMalformed: _, ...best }: SignatureVerdict =
    verdicts.find(({ verdict }) => verdict === 'verified') ??
    verdicts.find(({ verdict }) => verdict !== 'invalid') ??
    verdicts[0] ??
    no('invalid', 'It is over bytes that are not at hand.');
  return { ...best, covers: coversOf(ofFile?.verdict === 'verified', ofContent?.verdict === 'verified') };
}

/** Whether it is over these bytes. Rejects for bytes that cannot be read, never for what the signature is. */
export async function verifyBytes(about: SignatureAbout, { sha256, read, isClaimed }: SignedBytes): Promise<SignatureVerdict> {
  const verdict = await verifySignature({ ...about, sha256, content: read });
  if (verdict.verdict !== 'verified' || about.kind !== 'sums' || !isClaimed) return verdict;
  const hash = createHash('sha256');
  for await (const piece of read()) hash.update(piece);
  return hash.digest('hex') === sha256 ? verdict : no('invalid', OTHER_BYTES, verdict.keyId, verdict.signer);
}

/** A key that does not count does so for all bytes, and so does what is no signature; one that counts may have signed the others. */
function isSettled(ofFile: SignatureVerdict | null, isOneEnough: boolean): boolean {
  if (ofFile === null) return false;
  return ofFile.verdict === 'verified' ? isOneEnough : ofFile.verdict !== 'invalid' || ofFile.isMalformed === true;
}

function coversOf(file: boolean, content: boolean): SignatureCovers | null {
  if (file) return content ? 'both' : 'file';
  return content ? 'content' : null;
}
