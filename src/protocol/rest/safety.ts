import { z } from 'zod';
import { clockText, count, health, percent, sizeText, timestamp } from './values';

const common = { enabled: z.boolean(), blocking: z.boolean() };

/** Contract: GET /safety/status, for an operation that restarts the gateway. Null: no value has been received. */
export const safetyStatusSchema = z.object({
  constraints: z.object({
    crane_motion: z.object({
      ...common,
      status: z.enum(['idle', 'moving', 'unknown']),
      last_movement: timestamp.nullable(),
      timeout: z.number().describe('Seconds of stillness that are needed.'),
    }),
    acs_collision: z.object({
      ...common,
      status: z.enum(['clear', 'warning', 'alarm', 'unknown']),
      distance: z.number().nullable().describe('Metres.'),
      safe_threshold: z.number(),
    }),
    ups_battery: z.object({
      ...common,
      level: percent.nullable(),
      minimum_required: percent,
      estimated_runtime: clockText.nullable(),
      estimated_runtime_seconds: count.nullable(),
      on_battery: z.boolean().optional(),
    }),
    network_connectivity: z.object({
      ...common,
      status: z.enum(['connected', 'degraded', 'disconnected']),
      latency: z.number().nullable().describe('Milliseconds.'),
      stability: health,
    }),
    disk_space: z.object({
      ...common,
      available: sizeText.nullable(),
      available_bytes: count.nullable(),
      minimum_required: sizeText.nullable(),
      minimum_required_bytes: count.nullable(),
    }),
  }),
  force_override: z.boolean().describe('An override is in force.'),
  update_allowed: z.boolean(),
  safety_score: percent,
  recommendations: z.array(z.string()),
  evaluated_at: timestamp,
  stale: z.boolean().describe('A needed signal is missing or too old. That blocks.'),
});
