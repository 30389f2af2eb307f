/**
 * The signed permission of an override: payload of a compact JWS (EdDSA) with a key of its own, carried by `grant.offer`.
 * What the agent did with it comes back as the durable event `grant`.
 */
import { z } from 'zod';
import { constraintBoundSchema, constraintSchema, operationClassSchema } from '#/domain/safety/bounds';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `typ` of the protected header; commands have another one and another key. */
export const GRANT_JWS_TYP = 'fairlead-grant+jws';

const common = z.object({
  iss: z.literal('fairlead'),
  /** Gateway id. */
  aud: z.string().min(1).max(80),
  /** Grant id. */
  jti: z.string().min(1).max(80),
  boot_id: z.string().min(1).max(80),
  /** From the agent's constraint report. */
  nonce: z.string().min(16).max(80),
  /** Null: whichever job of the gateway. */
  job_id: z.string().max(40).nullable(),
  op: operationClassSchema,
  /** Null: whichever image. */
  artifact_sha256: sha256.nullable(),
  iat: z.number().int(),
  nbf: z.number().int(),
  exp: z.number().int(),
  max_uses: z.literal(1),
  /** SHA-256 of the canonical request that was approved (domain/safety/override-request.ts). */
  request_hash: sha256,
  kid: z.string().min(1).max(120),
});

/** `constraint` with `bound` of its own shape (domain/safety/bounds.ts). */
export const grantClaimsSchema = common.and(constraintBoundSchema);
export type GrantClaims = z.infer<typeof grantClaimsSchema>;

export const GRANT_STATES = ['accepted', 'refused', 'used', 'expired', 'revoked', 'suspended'] as const;
export type GrantReportState = (typeof GRANT_STATES)[number];

/**
 * Codes of a report. The server offers a grant again, with the newest nonce, after GRANT_NONCE_STALE, GRANT_WRONG_BOOT,
 * GRANT_UNKNOWN_KEY and GRANT_NOT_YET_VALID; every other refusal ends it.
 */
export const GRANT_CODES = [
  'OK',
  'GRANT_MALFORMED',
  'GRANT_SIGNATURE_INVALID',
  'GRANT_UNKNOWN_KEY',
  'GRANT_WRONG_GATEWAY',
  'GRANT_WRONG_BOOT',
  'GRANT_NONCE_STALE',
  'GRANT_NOT_YET_VALID',
  'GRANT_EXPIRED',
  'GRANT_REVOKED',
  'GRANT_REPLAYED',
  'GRANT_USED',
  'GRANT_WRONG_JOB',
  'GRANT_WRONG_OPERATION',
  'GRANT_WRONG_ARTIFACT',
  'GRANT_PAST_HARD_LIMIT',
  'GRANT_BOUND_EXCEEDED',
  'GRANT_LINK_SILENT',
] as const;
export type GrantCode = (typeof GRANT_CODES)[number];

/** What the agent saw itself when it decided. */
export const grantObservationSchema = z.object({
  constraint: constraintSchema,
  value: z.string().max(120).nullable(),
  limit: z.string().max(120),
  level: z.enum(['clear', 'soft', 'hard']),
  source: z.string().max(80).nullable(),
  ageMs: z.number().nonnegative().nullable(),
});

/** Durable event: what became of a grant at the agent. */
export const grantReportSchema = z.object({
  type: z.literal('grant'),
  grantId: z.string().min(1).max(80),
  state: z.enum(GRANT_STATES),
  code: z.string().max(60),
  message: z.string().max(500),
  observed: z.array(grantObservationSchema).max(5).default([]),
  jobId: z.string().max(40).nullable().default(null),
});
export type GrantReport = z.infer<typeof grantReportSchema>;
