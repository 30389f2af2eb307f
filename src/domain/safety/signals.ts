import { z } from 'zod';

/** The five constraints (safety design: Words). Evaluation is in evaluate.ts, used by server and agent. */
export const CONSTRAINTS = ['crane_motion', 'acs_collision', 'ups_battery', 'network_connectivity', 'disk_space'] as const;
export type Constraint = (typeof CONSTRAINTS)[number];

const sampled = z.object({
  source: z.string().min(1).max(80),
  /** When the agent read the value, RFC 3339 UTC. */
  sampledAt: z.iso.datetime(),
  /** Since when the value is within its soft limit without a break; null while it is not. Kept by the agent. */
  clearSinceAt: z.iso.datetime().nullable().default(null),
});

export const craneMotionSchema = z.object({
  moving: z.boolean(),
  loadSuspended: z.boolean(),
  sourcesDisagree: z.boolean().default(false),
  lastMovementAt: z.iso.datetime().nullable(),
  /** Lock-out/tag-out is set at the crane: somebody works on it. Where no source tells it, it is not known here. */
  lockedOut: z.boolean().optional(),
});
export const acsCollisionSchema = z.object({
  distanceM: z.number().nonnegative(),
  zone: z.enum(['clear', 'warning', 'stop']),
  fault: z.boolean().default(false),
});
export const upsBatterySchema = z.object({
  levelPercent: z.number().min(0).max(100),
  onBattery: z.boolean(),
  runtimeSeconds: z.number().nonnegative().nullable(),
});
export const networkConnectivitySchema = z.object({
  rttMs: z.number().nonnegative().nullable(),
  lossPercent: z.number().min(0).max(100),
  /** How long ago the authenticated session with the server last proved itself. */
  sessionAgeMs: z.number().nonnegative().nullable(),
});
export const diskSpaceSchema = z.object({
  freeBytes: z.number().int().nonnegative(),
  totalBytes: z.number().int().positive(),
});

export const SIGNAL_SCHEMAS = {
  crane_motion: craneMotionSchema,
  acs_collision: acsCollisionSchema,
  ups_battery: upsBatterySchema,
  network_connectivity: networkConnectivitySchema,
  disk_space: diskSpaceSchema,
} as const;

export const signalSetSchema = z.object({
  crane_motion: sampled.extend({ value: craneMotionSchema }).optional(),
  acs_collision: sampled.extend({ value: acsCollisionSchema }).optional(),
  ups_battery: sampled.extend({ value: upsBatterySchema }).optional(),
  network_connectivity: sampled.extend({ value: networkConnectivitySchema }).optional(),
  disk_space: sampled.extend({ value: diskSpaceSchema }).optional(),
});
/** Newest sample of each constraint; a missing key means that the signal is missing. */
export type SignalSet = z.infer<typeof signalSetSchema>;
