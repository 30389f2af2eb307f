/** POST /device/v1/enroll: a one-time token creates the identity of an agent. */
import { z } from 'zod';

export const enrolRequestSchema = z.object({
  token: z.string().min(20).max(200),
  serialNumber: z.string().min(1).max(120),
  hardwareRevision: z.string().min(1).max(80),
  model: z.string().min(1).max(120),
});

export const enrolResponseSchema = z.object({
  gatewayId: z.string(),
  gatewayName: z.string(),
  mqttUrl: z.string(),
  mqttUsername: z.string(),
  mqttPassword: z.string(),
  /** Public Ed25519 JWKs that sign commands; the agent pins them. */
  commandKeys: z.array(z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string() })).min(1),
  serverTime: z.iso.datetime(),
});
export type EnrolResponse = z.infer<typeof enrolResponseSchema>;
