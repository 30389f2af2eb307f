/** What exactly is approved: the request in one canonical form. The server hashes the text of it (SHA-256). */
import { z } from 'zod';
import { constraintBoundSchema, constraintSchema, operationClassSchema } from './bounds';

export const REASON_CODES = ['maintenance', 'sensor_fault', 'emergency', 'operational', 'test', 'other'] as const;

export const LEAST_REASON_LENGTH = 10;

/** A live value as the requester saw it. */
export const observedValueSchema = z.object({
  constraint: constraintSchema,
  value: z.string().nullable(),
  limit: z.string(),
  level: z.enum(['clear', 'soft', 'hard']),
  reason: z.string(),
  source: z.string().nullable(),
  ageMs: z.number().nullable(),
});
export type ObservedValue = z.infer<typeof observedValueSchema>;

export const overrideRequestSchema = z.object({
  v: z.literal(1),
  gatewayId: z.string(),
  jobId: z.string().nullable(),
  artifactSha256: z.string().nullable(),
  operation: operationClassSchema,
  bounds: z.array(constraintBoundSchema).min(1).max(5),
  durationSeconds: z.number().int(),
  reasonCode: z.enum(REASON_CODES),
  reason: z.string(),
  measures: z.array(z.string()).min(1),
  observed: z.array(observedValueSchema),
  requesterId: z.string(),
  breakGlass: z.boolean(),
  policyVersion: z.number().int(),
});
export type CanonicalRequest = z.infer<typeof overrideRequestSchema>;

/** The one text of a request: keys in order at every depth, numbers and texts as JSON writes them, nothing beside the schema. */
export function canonicalText(request: CanonicalRequest): string {
  return JSON.stringify(overrideRequestSchema.parse(request), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
