import { z } from 'zod';
import { RELEASE_TYPES } from '#/domain/releases/release-words';
import { count, cursorInput, gatewayQuery, instantInput, partition, queryLimit, sizeText, timestamp } from './values';

export const HISTORY_STATUSES = ['success', 'failed', 'cancelled'] as const;
const updateType = z.enum(RELEASE_TYPES);

/** Contract: GET /history/updates; newest first. */
export const historyQuerySchema = gatewayQuery.extend({
  limit: queryLimit(20, 100),
  status: z.enum(HISTORY_STATUSES).optional(),
  type: updateType.optional(),
  since: instantInput.optional(),
  until: instantInput.optional(),
  cursor: cursorInput.optional(),
});
export const historyResponseSchema = z.object({
  history: z.array(
    z.object({
      id: z.string(),
      job_id: z.string(),
      version: z.string(),
      from_version: z.string().nullable(),
      type: updateType.nullable(),
      status: z.enum(HISTORY_STATUSES),
      date: z.iso.date().describe('When it ended, UTC.'),
      time: z.iso.time({ precision: 0 }),
      finished_at: timestamp,
      duration: z.string().describe('Such as "5m 30s".'),
      duration_seconds: count,
      partition,
      size: sizeText,
      size_bytes: count,
      initiated_by: z.string(),
      rollback: z.boolean().describe('The gateway fell back to the version before.'),
      details: z.object({
        changelog: z.array(z.string()),
        safety_check: z.enum(['passed', 'waited', 'not_reached']).describe('waited: passed after an interlock had held the job.'),
        verification: z.enum(['passed', 'failed', 'not_reached']),
        override_id: z.string().optional(),
      }),
      error: z.string().optional(),
      error_code: z.string().optional(),
      error_details: z.object({ expected: z.string().nullable(), actual: z.string().nullable(), resolution: z.string() }).optional(),
    }),
  ),
  statistics: z
    .object({
      total_updates: count.describe('Succeeded and failed.'),
      success_rate: z
        .string()
        .regex(/^\d{1,3}%$/)
        .nullable(),
      average_duration: z.string().nullable().describe('Of those that succeeded.'),
      average_duration_seconds: count.nullable(),
      last_success: timestamp.nullable(),
      last_failure: timestamp.nullable(),
    })
    .describe('Of this gateway, between `since` and `until`, of the `type`; cancelled ones do not count.'),
  next_cursor: z.string().optional(),
});
