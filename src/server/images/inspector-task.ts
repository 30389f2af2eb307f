/** What the server asks of the inspector's process, and what that answers. Both ends are one program of one build. */
import type { ImageCompression } from '#/domain/images/image-words';
import type { Keyring, KeyPurpose, WireSignature } from '#/protocol/trust/keyring';
import type { ContentLimits } from './content-limits';

/** A compressed file of this machine, and what the look into it has found that it unpacks to. */
export type PackedFile = {
  path: string;
  compression: ImageCompression;
  sizeBytes: number;
  content: { sha256: string; sizeBytes: number };
};
export type InspectTask = { task: 'inspect'; path: string; scratchFile: string; limits?: ContentLimits };
export type VerifyTask = {
  task: 'verify';
  file: PackedFile;
  signature: WireSignature;
  keyring: Keyring;
  purpose?: KeyPurpose;
  nowMs: number;
};
export type InspectorTask = InspectTask | VerifyTask;
/** `said`: what was asked for; `refused`: a fault of the image; `failed`: of this machine; `broken`: the programs themselves failed. */
export type InspectorAnswer = { said: unknown } | { refused: string } | { failed: string; code?: string } | { broken: true };
