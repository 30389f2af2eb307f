import { z } from 'zod';
import { INSTALL_STRATEGIES } from '#/domain/jobs/job-options';
import { RESET_TYPES, STATE_PARTS } from '../mqtt/recovery';
import { count, gatewayBody, partition, plainText, sizeText, timestamp } from './values';

const strategy = z
  .enum(INSTALL_STRATEGIES)
  .default('seamless')
  .describe('seamless: waits for the interlocks. maintenance: in the next window. immediate: now, or it is refused.');
const estimatedTime = count.describe('Seconds.');
const steps = z.array(z.string());

/** Contract: GET /recovery/status. Null: the gateway has not reported it. */
export const recoveryStatusSchema = z.object({
  recovery_image: z.object({
    present: z.boolean().nullable(),
    version: z.string().nullable(),
    size: sizeText.nullable(),
    size_bytes: count.nullable(),
    checksum: z.string().nullable(),
    last_updated: timestamp.nullable(),
  }),
  snapshots: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        timestamp,
        version: z.string().nullable(),
        type: z.enum(['automatic', 'manual']),
        size: sizeText.nullable(),
        size_bytes: count.nullable(),
        description: z.string(),
        partition: partition.nullable().describe('The one that it was taken from; null when it holds no image.'),
        bootable: z.boolean(),
        restores: z
          .enum(['image', 'files'])
          .nullable()
          .describe('What POST /recovery/restore would put back: its image to the other partition, or its files alone; null: nothing.'),
        not_restorable: z.string().nullable().describe('Why not.'),
        state: z.enum(['ready', 'damaged']),
        contents: z.array(z.string()),
        checksum: z.string().nullable(),
        expires_at: timestamp.nullable(),
      }),
    )
    .describe('On the gateway, newest first.'),
  recovery_options: z.object({
    rollback_enabled: z.boolean().describe('The other partition holds a version that has proved its health there.'),
    rollback_reason: z.string().nullable().describe('Why not.'),
    snapshot_enabled: z.boolean(),
    factory_reset_enabled: z.boolean().describe('By the safety policy of the site.'),
    max_snapshots: count,
    snapshot_retention_days: count,
    automatic_retention_days: count,
  }),
});

/** Contract: POST /recovery/rollback. */
export const rollbackBodySchema = z.object({
  ...gatewayBody,
  action: z.enum(['rollback_to_a', 'rollback_to_b']),
  reason: plainText(500, 3),
  verify_rollback: z.boolean().default(true).describe('Hash the partition before the switch.'),
  create_diagnostic_report: z.boolean().default(false),
  preserve_data: z
    .boolean()
    .default(true)
    .describe('false puts data and configuration back to the automatic snapshot of then; needs the permission recovery.restore.'),
  strategy,
});
export const rollbackResponseSchema = z.object({
  status: z.literal('rolling_back'),
  action: z.enum(['switch_to_partition_a', 'switch_to_partition_b']),
  rollback_id: z.string(),
  job_id: z.string(),
  from_version: z.string().nullable(),
  to_version: z.string(),
  estimated_time: estimatedTime,
  warning: z.string(),
  data_preserved: z.boolean(),
  diagnostic_report_id: z.string().optional(),
  scheduled_for: timestamp.optional(),
});

/** What an operation says that waits for a second person. */
const approval = {
  approvals_needed: count.describe('Others who have to approve it, by the policy of the site, before the gateway is told.'),
};

/** Contract: POST /recovery/restore. */
export const restoreBodySchema = z.object({
  ...gatewayBody,
  version: plainText(80),
  snapshot_id: plainText(40),
  target_partition: partition.describe(
    'The inactive one. Of a snapshot without an image the active one: its files are put back under the version that runs there.',
  ),
  parts: z
    .array(z.enum(STATE_PARTS))
    .min(1)
    .optional()
    .describe('Of a snapshot without an image: which of its parts are put back; absent: all that it holds.'),
  verify_restore: z.boolean().default(true),
  description: plainText(500).optional(),
  strategy,
});
export const restoreResponseSchema = z.object({
  status: z.enum(['restoring', 'pending_approval']),
  version: z.string(),
  snapshot_id: z.string(),
  restores: z
    .enum(['image', 'files'])
    .describe('files: data and configuration of a snapshot without an image; the partitions stay as they are.'),
  restore_id: z.string(),
  job_id: z.string(),
  estimated_time: estimatedTime,
  steps,
  scheduled_for: timestamp.optional(),
  ...approval,
});

/** Contract: POST /recovery/factory. */
export const factoryBodySchema = z.object({
  ...gatewayBody,
  pin: z.string().max(64).describe('The own PIN of the person whose token or session it is.'),
  confirm: z.literal(true, 'must be true'),
  reset_type: z.enum(RESET_TYPES),
  backup_config: z.boolean().default(true).describe('Make a backup first; without it nothing is wiped.'),
  preserve_network: z.boolean().default(true),
  reason: plainText(500, 10),
  strategy,
});
export const factoryResponseSchema = z.object({
  status: z.enum(['factory_reset_started', 'pending_approval']),
  reset_id: z.string(),
  job_id: z.string(),
  warning: z.string(),
  estimated_time: estimatedTime,
  steps,
  backup_created: z.boolean().describe('A backup is part of the reset: it is made and hashed first, and without it nothing is wiped.'),
  backup_location: z.string().nullable(),
  backup_id: z.string().nullable(),
  scheduled_for: timestamp.optional(),
  ...approval,
});
