/** What a look at a signature says. Only `verified` counts; the others say why not. */
import { z } from 'zod';
import type { KeyPurpose, Keyring } from '#/protocol/trust/keyring';

export const VERDICTS = ['verified', 'invalid', 'untrusted', 'expired', 'revoked'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A schema, as it also comes from a process that reads what anybody may have made. */
export const signatureVerdictSchema = z.object({
  verdict: z.enum(VERDICTS),
  /** Fingerprint of the key of the ring that it rests on, upper-case hex; null: none of ours. */
  keyId: z.string().nullable(),
  /** Who signed, for people; null: not known. */
  signer: z.string().nullable(),
  /** One sentence. */
  reason: z.string(),
  /** It is no signature of its kind at all, whatever bytes it is held against. */
  isMalformed: z.literal(true).optional(),
});
export type SignatureVerdict = z.infer<typeof signatureVerdictSchema>;

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
