/**
 * What the server tells an agent: the payload of a compact JWS (EdDSA), one per command.
 * The agent pins the server's public key at enrolment and refuses what is not for it, not now, or not new.
 */
import { z } from 'zod';
import { type PolicyOrder, policyCommandSchema } from './policy';
import { jobOptionsSchema, INSTALL_STRATEGIES, SLOT_IDS } from '#/domain/jobs/job-options';
import { DECISIONS } from '#/domain/jobs/undecided';
import { gatewaySettingsSchema } from '#/domain/settings/gateway-settings';
import { publicKeySchema } from '../device/enrolment';
import { imageSignatureSchema, signedDocumentSchema } from '../trust/keyring';
import { bundleCollectSchema, recoveryStartSchema, snapshotDeleteSchema, snapshotOrderSchema } from './recovery';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const packedFileSchema = z.object({ compression: z.enum(['gzip', 'xz', 'zstd']), sha256, sizeBytes: z.number().int().positive() });

/** The whole order of a job; download-only jobs rest in `downloaded` until job.install comes. */
export const deploySchema = z.object({
  name: z.literal('job.deploy'),
  jobId: z.string().max(40),
  attempt: z.number().int().positive(),
  intent: z.enum(['download', 'install']),
  strategy: z.enum(INSTALL_STRATEGIES),
  version: z.string().max(80),
  targetSlot: z.enum(SLOT_IDS),
  /** Path on the server, which ends with the SHA-256 of the image and may be signed for a time; the agent joins it to the base URL of its enrolment. */
  artifactPath: z.string().startsWith('/').max(300),
  /** Of what the slot is to hold. */
  sha256,
  sizeBytes: z.number().int().positive(),
  /**
   * The file at `artifactPath` where it is the image compressed; absent: it is the image. An agent that does not know this member finds
   * a file of another size there, and fails with CHECKSUM_MISMATCH before it writes anything: it never takes a compressed image for one.
   */
  packed: packedFileSchema.optional(),
  options: jobOptionsSchema,
  /** Of the file or of what it unpacks to; an agent with pinned release keys wants one that holds. Absent from servers that know none. */
  signatures: z.array(imageSignatureSchema).max(8).optional(),
  /** Lets the image go below the rollback floor of the gateway. */
  downgradePermit: signedDocumentSchema.optional(),
  /** Made before the first byte is written; null or absent: none. */
  snapshot: snapshotOrderSchema.nullish(),
  /** For strategy maintenance: do not write or reboot before this instant, nor start after `windowEndsAt`. */
  notBeforeAt: z.iso.datetime().nullable(),
  windowEndsAt: z.iso.datetime().nullable(),
});

export const installSchema = z.object({
  name: z.literal('job.install'),
  jobId: z.string().max(40),
  attempt: z.number().int().positive(),
  strategy: z.enum(INSTALL_STRATEGIES),
  options: jobOptionsSchema,
  snapshot: snapshotOrderSchema.nullish(),
  notBeforeAt: z.iso.datetime().nullable(),
  windowEndsAt: z.iso.datetime().nullable(),
});

const jobOrder = { jobId: z.string().max(40), attempt: z.number().int().positive(), reason: z.string().max(500) };
export const pauseSchema = z.object({ name: z.literal('job.pause'), ...jobOrder });
export const resumeSchema = z.object({ name: z.literal('job.resume'), ...jobOrder });
/** cleanup: also delete the downloaded bytes. */
export const cancelSchema = z.object({ name: z.literal('job.cancel'), ...jobOrder, cleanup: z.boolean() });
/** What is to be of a version that booted, is not healthy and may not be left without a person's word (job option autoRollback). */
export const decideSchema = z.object({ name: z.literal('job.decide'), ...jobOrder, decision: z.enum(DECISIONS) });
/** Settings that the agent itself enforces. `version` only grows. */
export const settingsCommandSchema = z.object({
  name: z.literal('settings.apply'),
  version: z.number().int().positive(),
  settings: gatewaySettingsSchema,
});

/** A signed grant (grants.ts). The same grant may be offered again with a newer nonce; the newest offer counts. */
export const grantOfferSchema = z.object({ name: z.literal('grant.offer'), grant: z.string().min(1).max(8_000) });
/** Ends a grant at once, used or not; one that the agent does not know is refused for the rest of its life. */
export const grantRevokeSchema = z.object({ name: z.literal('grant.revoke'), grantId: z.string().max(80), reason: z.string().max(500) });
/** Public keys that sign grants, for agents that were enrolled before there were any. They replace those that are pinned. */
export const pinKeysSchema = z.object({ name: z.literal('keys.pin'), grantKeys: z.array(publicKeySchema).min(1).max(10) });
/** A key set (trust/keyring.ts) that a release key which is pinned now has signed: the server's own signature is not enough. */
export const rotateTrustSchema = z.object({ name: z.literal('trust.rotate'), document: signedDocumentSchema });

export const commandBodySchema = z.discriminatedUnion('name', [
  deploySchema,
  installSchema,
  pauseSchema,
  resumeSchema,
  cancelSchema,
  decideSchema,
  settingsCommandSchema,
  grantOfferSchema,
  grantRevokeSchema,
  pinKeysSchema,
  // The site's safety policy. `version` never falls. The agent keeps its own pinned hard limits: this can only tighten them.
  policyCommandSchema,
  recoveryStartSchema,
  snapshotDeleteSchema,
  bundleCollectSchema,
  rotateTrustSchema,
]);
export type CommandBody = z.infer<typeof commandBodySchema>;
/** As it is written into the outbox: of a policy without what agents need not be told. */
export type SentCommand = Exclude<CommandBody, { name: 'policy.apply' }> | ({ name: 'policy.apply'; version: number } & PolicyOrder);
export type CommandName = CommandBody['name'];

/** Claims of the JWS: iss 'fairlead', aud = gateway id, jti = command id, iat/nbf/exp in seconds, seq per gateway. */
export const commandClaimsSchema = z.object({
  iss: z.literal('fairlead'),
  aud: z.string(),
  jti: z.string().min(1).max(80),
  seq: z.number().int().positive(),
  iat: z.number().int(),
  nbf: z.number().int(),
  exp: z.number().int(),
  body: commandBodySchema,
});
export type CommandClaims = z.infer<typeof commandClaimsSchema>;

/** `typ` of the protected header, so that no other JWS of the same key can pass for a command. */
export const COMMAND_JWS_TYP = 'fairlead-command+jws';

/** Codes of command_result. The first eight refusals are about the envelope, the rest about the body. */
export const COMMAND_RESULT_CODES = [
  'OK',
  'CMD_MALFORMED',
  'CMD_SIGNATURE_INVALID',
  'CMD_UNKNOWN_KEY',
  'CMD_WRONG_GATEWAY',
  'CMD_EXPIRED',
  'CMD_NOT_YET_VALID',
  'CMD_REPLAYED',
  'CMD_UNKNOWN',
  'JOB_UNKNOWN',
  'JOB_BUSY',
  'JOB_STATE_CONFLICT',
  'JOB_PAST_NO_RETURN',
  'TARGET_IS_ACTIVE_SLOT',
  'SLOT_TOO_SMALL',
  'GRANT_REFUSED',
  'POLICY_REFUSED',
  'SNAPSHOT_UNKNOWN',
  'RECOVERY_REFUSED',
  'TRUST_REFUSED',
] as const;
export type CommandResultCode = (typeof COMMAND_RESULT_CODES)[number];
