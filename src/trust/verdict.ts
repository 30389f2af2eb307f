/** What a look at a signature says. Only `verified` counts; the others say why not. */
import type { KeyPurpose, Keyring } from '#/protocol/trust/keyring';

export const VERDICTS = ['verified', 'invalid', 'untrusted', 'expired', 'revoked'] as const;
export type Verdict = (typeof VERDICTS)[number];

export type SignatureVerdict = {
  verdict: Verdict;
  /** Fingerprint of the key of the ring that it rests on, upper-case hex; null: none of ours. */
  keyId: string | null;
  /** Who signed, for people; null: not known. */
  signer: string | null;
  /** One sentence. */
  reason: string;
};

/** The bytes that are signed, from the start; it may be asked for more than once. */
export type ContentFactory = () => AsyncIterable<Uint8Array>;

export type Check = {
  signature: Uint8Array;
  content: ContentFactory;
  keyring: Keyring;
  purpose: KeyPurpose;
  nowMs: number;
};

export function no(verdict: Exclude<Verdict, 'verified'>, reason: string, keyId: string | null = null, signer: string | null = null) {
  return { verdict, keyId, signer, reason } satisfies SignatureVerdict;
}
