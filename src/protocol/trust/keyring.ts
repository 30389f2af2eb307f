/** Public keys that may sign releases, as both ends keep them and as they travel. Private parts are nowhere in here. */
import { z } from 'zod';

/** A detached signature, a CMS one, or a list of check sums that is itself signed. */
export const SIGNATURE_KINDS = ['gpg', 'cms', 'sums'] as const;
export type SignatureKind = (typeof SIGNATURE_KINDS)[number];
/** What a signature is good for: images, and permissions to go below the rollback floor. */
export const KEY_PURPOSES = ['release', 'downgrade'] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];
/** Of one signature. A chain of certificates takes a few kilobytes. */
export const MAX_SIGNATURE_BYTES = 64 * 1024;

export const trustedKeySchema = z.object({
  kind: z.enum(['gpg', 'x509']),
  /** Upper-case hex: of the primary key, or SHA-256 of the certificate. */
  fingerprint: z.string().regex(/^[0-9A-F]{40,64}$/),
  label: z.string().max(120),
  /** Armored public key, or PEM certificate. */
  body: z.string().min(1).max(MAX_SIGNATURE_BYTES),
  purposes: z.array(z.enum(KEY_PURPOSES)).min(1),
  /** It stays in the ring, so that what it signed is known as revoked and not merely as unknown. */
  revoked: z.boolean().default(false),
});
export type TrustedKey = z.infer<typeof trustedKeySchema>;

export const keyringSchema = z.object({
  keys: z.array(trustedKeySchema).max(200),
  /** Certificate revocation lists, PEM. */
  crls: z
    .array(z.string().max(1024 * 1024))
    .max(50)
    .default([]),
});
export type Keyring = z.infer<typeof keyringSchema>;

/** What an agent pins. `version` only grows: an older set never replaces a newer one. */
export const keySetSchema = keyringSchema.extend({ version: z.number().int().positive() });
export type KeySet = z.infer<typeof keySetSchema>;

/** The signed document that replaces a pinned set. `type` keeps it from being taken for anything else that the key signed. */
export const keySetDocumentSchema = keySetSchema.extend({ type: z.literal('fairlead-key-set/1') });

/** The signed document that lets one image go below the rollback floor. */
export const downgradePermitSchema = z.object({
  type: z.literal('fairlead-downgrade/1'),
  /** Id of a gateway; null: every gateway. */
  gatewayId: z.string().min(1).max(80).nullable(),
  fromVersion: z.string().min(1).max(80),
  toVersion: z.string().min(1).max(80),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  expiresAt: z.iso.datetime(),
});
export type DowngradePermit = z.infer<typeof downgradePermitSchema>;

/** A signature on the wire; `body` is base64 of the file as it was made. */
export const wireSignatureSchema = z.object({
  kind: z.enum(SIGNATURE_KINDS),
  body: z.base64().max(Math.ceil((MAX_SIGNATURE_BYTES * 4) / 3) + 4),
});
export type WireSignature = z.infer<typeof wireSignatureSchema>;

/** The bytes that a signature of an image holds for: the file as it is stored, what a compressed file unpacks to, or (check sums may) both. */
export const SIGNATURE_COVERS = ['file', 'content', 'both'] as const;
export type SignatureCovers = (typeof SIGNATURE_COVERS)[number];

/** With what the server has seen that it covers; absent: it did not hold there, or the server cannot tell. The agent finds out for itself. */
export const imageSignatureSchema = wireSignatureSchema.extend({ covers: z.enum(SIGNATURE_COVERS).optional() });
export type ImageSignature = z.infer<typeof imageSignatureSchema>;

/** Text that somebody signed, with the signature. */
export const signedDocumentSchema = z.object({ text: z.string().min(2).max(MAX_SIGNATURE_BYTES), signature: wireSignatureSchema });
export type SignedDocument = z.infer<typeof signedDocumentSchema>;
