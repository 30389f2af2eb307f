/** A signature and what a compressed file unpacks to. Runs in the inspector's process (verify-in-worker.ts): a file comes from anywhere. */
import type { SignatureVerdict } from '#/trust/verdict';
import { verifyBytes } from '#/trust/verify-image';
import { openUncompressed } from '#/unpack/open-uncompressed';
import { CONTENT_LIMITS, withinLimits } from './content-limits';
import type { VerifyTask } from './inspector-task';

/** Throws ImageRefused for a file that does not unpack, or to more than it did when it was looked into. */
export function verifyContent({ file, signature, keyring, purpose, nowMs }: VerifyTask): Promise<SignatureVerdict> {
  const { path, compression, sizeBytes, content } = file;
  const limits = { ...CONTENT_LIMITS, maxContentBytes: content.sizeBytes };
  return verifyBytes(
    { kind: signature.kind, signature: Buffer.from(signature.body, 'base64'), keyring, purpose, nowMs },
    { sha256: content.sha256, read: () => withinLimits(openUncompressed(path, compression), sizeBytes, limits) },
  );
}
