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
  /** It is no signature of its kind at all, whatever bytes it is held against. */
  isMalformed?: true;
};

export const OTHER_BYTES = 'The content does not have the SHA-256 that was named.';

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

/** For what is no signature of its kind. */
export function malformed(reason: string): SignatureVerdict {
  return { ...no('invalid', reason), isMalformed: true };
}
