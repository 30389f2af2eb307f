import { z } from 'zod';
import { count, gatewayQuery, instantInput, percent, queryLimit, sizeText, timestamp } from './values';

export const LOG_LEVELS = ['info', 'warning', 'error', 'debug'] as const;
export const LOG_SOURCES = ['ota', 'recovery', 'safety', 'system'] as const;

/** Contract: GET /monitor/logs; newest first. */
export const logsQuerySchema = gatewayQuery.extend({
  limit: queryLimit(50, 1000),
  level: z.enum(LOG_LEVELS).optional(),
  source: z.enum(LOG_SOURCES).optional(),
  since: instantInput.optional(),
  until: instantInput.optional(),
});
export const logsResponseSchema = z.object({
  logs: z.array(
    z.object({
      timestamp,
      level: z.enum(LOG_LEVELS),
      source: z.enum(LOG_SOURCES),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
    }),
  ),
  total: count.describe('All entries of the gateway.'),
  filtered: count.describe('Entries that the filter lets through.'),
  levels: z.object({ info: count, warning: count, error: count, debug: count }).describe('Counted without the filter on `level`.'),
});

const healthWord = z.enum(['good', 'fair', 'poor', 'unknown']);

/** Contract: GET /monitor/status. */
export const monitorStatusSchema = z.object({
  system_status: z.enum(['idle', 'updating', 'error', 'maintenance']),
  current_operation: z.string().describe('"idle" when no job runs.'),
  last_update_check: timestamp.nullable(),
  next_check: timestamp.nullable(),
  auto_update: z.enum(['enabled', 'disabled']),
  active_jobs: count,
  queued_jobs: count,
  health: z.object({ system: healthWord, partitions: healthWord, recovery: healthWord, safety: healthWord }),
  resources: z.object({
    disk_free: sizeText.nullable(),
    disk_free_bytes: count.nullable(),
    memory_free: sizeText.nullable(),
    memory_free_bytes: count.nullable(),
    cpu_idle: percent.nullable(),
    network_available: z.boolean(),
  }),
  fleet_link: z
    .object({
      controller: z.enum(['reporting', 'silent']),
      broker: z.enum(['connected', 'disconnected', 'unknown']),
      since: timestamp.nullable().describe('Since when it is not as it should be; null while it is.'),
    })
    .describe('Whether the server hears its fleet. Without a controller or broker every state is old and orders wait.'),
});
