/** Holds a signature against what a compressed file unpacks to, in the inspector's process: the server itself unpacks nothing for it. */
import { type SignatureVerdict, signatureVerdictSchema } from '#/trust/verdict';
import type { SignatureAbout } from '#/trust/verify-image';
import { askInspector, type ProcessLimits, type Program } from './inspector-process';
import type { PackedFile } from './inspector-task';

/**
 * The same verdict as `verifyBytes` gives anywhere else. Throws ImageRefused for a file that does not unpack, or to more than it should;
 * LookCutShort, which says nothing of the signature; and for trouble of this machine an error with its code.
 */
export function verifyInWorker(
  file: PackedFile,
  about: SignatureAbout,
  limits?: ProcessLimits,
  program?: Program,
): Promise<SignatureVerdict> {
  const { kind, signature, ...others } = about;
  const body = Buffer.from(signature).toString('base64');
  return askInspector({ task: 'verify', file, signature: { kind, body }, ...others }, signatureVerdictSchema, limits, program);
}
