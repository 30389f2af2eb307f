/** POST /device/v1/enroll: a one-time token creates the identity of an agent. */
import { z } from 'zod';
import { keySetSchema } from '../trust/keyring';

export const enrolRequestSchema = z.object({
  token: z.string().min(20).max(200),
  serialNumber: z.string().min(1).max(120),
  hardwareRevision: z.string().min(1).max(80),
  model: z.string().min(1).max(120),
  /**
   * The device's secret, made and kept on its disk before it asks; absent = the server makes one. With it the same request
   * again gives the same identity: an answer that was lost on the way does not cost the token.
   */
  secret: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43,128}$/, 'must be at least 32 random bytes as base64url')
    .optional(),
});

/** A public Ed25519 JWK. */
export const publicKeySchema = z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string() });

export const enrolResponseSchema = z.object({
  gatewayId: z.string(),
  gatewayName: z.string(),
  mqttUrl: z.string(),
  mqttUsername: z.string(),
  mqttPassword: z.string(),
  /** Public keys that sign commands; the agent pins them. */
  commandKeys: z.array(publicKeySchema).min(1),
  /** Those that sign grants (mqtt/grants.ts); absent from a server that has none. */
  grantKeys: z.array(publicKeySchema).min(1).optional(),
  /** Keys that sign releases, for an agent that brings none of its own; absent from a server without any. */
  releaseKeys: keySetSchema.optional(),
  serverTime: z.iso.datetime(),
});
export type EnrolResponse = z.infer<typeof enrolResponseSchema>;
