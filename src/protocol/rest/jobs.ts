import { z } from 'zod';
import { CONTRACT_STATUSES } from '#/domain/jobs/contract-status';
import { DECISIONS } from '#/domain/jobs/undecided';
import {
  count,
  cursorInput,
  gatewayBody,
  gatewayQuery,
  jobIdInput,
  partition,
  percent,
  plainText,
  queryLimit,
  sizeText,
  timestamp,
} from './values';

export const JOB_LIST_STATUSES = ['active', 'completed', 'failed', 'pending'] as const;
export const JOB_TYPES = ['download', 'install', 'rollback', 'snapshot'] as const;

/** Contract: GET /jobs; newest first. */
export const jobsQuerySchema = gatewayQuery.extend({
  status: z.enum(JOB_LIST_STATUSES).optional(),
  type: z.enum(JOB_TYPES).optional(),
  limit: queryLimit(20, 100),
  cursor: cursorInput.optional(),
});
export const jobsResponseSchema = z.object({
  jobs: z.array(
    z.object({
      id: z.string(),
      type: z.enum(JOB_TYPES),
      subtype: z
        .string()
        .nullable()
        .describe('Type of the update (security, feature, hotfix); restore, restore_files or factory_reset of a rollback.'),
      status: z.enum([...JOB_LIST_STATUSES, 'cancelled']),
      state: z.enum(CONTRACT_STATUSES).describe('As GET /updates/progress names it.'),
      progress: percent,
      started: timestamp,
      finished: timestamp.nullable(),
      estimated_completion: timestamp.nullable(),
      update: z.object({ version: z.string(), size: sizeText, size_bytes: count }).optional(),
      details: z
        .object({
          current_operation: z.string(),
          from_version: z.string().nullable(),
          target_partition: partition,
          strategy: z.string().nullable(),
          error: z.object({ code: z.string(), error_code: z.string().optional(), message: z.string() }).optional(),
        })
        .optional(),
      user: z.string(),
      cancelable: z.boolean(),
    }),
  ),
  summary: z.object({ active: count, pending: count, completed_today: count, failed_today: count }).describe('Today at the site.'),
  next_cursor: z.string().optional(),
});

/** Contract: POST /jobs/pause, /jobs/resume. */
export const controlBodySchema = z.object({ ...gatewayBody, job_id: jobIdInput, reason: plainText(500) });
export const controlResponseSchema = z.object({ status: z.enum(CONTRACT_STATUSES), job_id: z.string() });

/** POST /jobs/decide: beside the contract, for gateways whose settings say auto_rollback: false. */
export const decideBodySchema = z.object({
  ...gatewayBody,
  job_id: jobIdInput,
  decision: z.enum(DECISIONS).describe('keep: confirm the new version, if it is healthy now. roll_back: restart the former one.'),
  reason: plainText(500, 3),
});
export const decideResponseSchema = z.object({ status: z.enum(['keeping', 'rolling_back']), job_id: z.string(), message: z.string() });

/** Contract: POST /jobs/cancel. */
export const cancelBodySchema = controlBodySchema.extend({
  cleanup: z.boolean().default(true).describe('Also remove the downloaded bytes.'),
});
export const cancelResponseSchema = z.object({
  status: z.literal('cancelled'),
  job_id: z.string(),
  message: z.string(),
  cleanup_performed: z.boolean(),
  partial_data_removed: z.boolean(),
  can_restart: z.boolean(),
});
