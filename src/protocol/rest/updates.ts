import { z } from 'zod';
import { RELEASE_SEVERITIES, RELEASE_TYPES } from '#/domain/releases/release-words';
import { CONTRACT_STATUSES } from '#/domain/jobs/contract-status';
import { HOLD_KINDS } from '#/domain/jobs/hold';
import { INSTALL_STRATEGIES } from '#/domain/jobs/job-options';
import { CONSTRAINTS } from '#/domain/safety/signals';
import { CHANNELS } from '#/domain/settings/gateway-settings';
import {
  clockText,
  count,
  gatewayBody,
  gatewayQuery,
  jobIdInput,
  partition,
  percent,
  plainText,
  queryFlag,
  sizeText,
  timestamp,
} from './values';

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const updateType = z.enum(RELEASE_TYPES);
const severity = z.enum(RELEASE_SEVERITIES);
const size = { size: z.number().nonnegative().describe('In `size_unit`, decimal.'), size_unit: z.enum(SIZE_UNITS), size_bytes: count };

/** Contract: GET /updates/check. */
export const checkQuerySchema = gatewayQuery.extend({
  channel: z.enum(CHANNELS).optional().describe('Default: the channel of the settings. beta includes stable, nightly includes both.'),
  force: queryFlag.optional().describe('Check anew although the last check is recent.'),
});
export const checkResponseSchema = z.object({
  status: z.literal('success'),
  updates: z
    .array(
      z.object({
        id: z.uuid(),
        version: z.string(),
        type: updateType,
        severity,
        ...size,
        released: z.iso.date(),
        description: z.string(),
        changelog: z.array(z.string()),
        signature: z.enum(['verified', 'unverified', 'invalid']),
        compatible: z.boolean().describe('Hardware, prerequisites and partition size fit.'),
        prerequisites: z.array(z.string()),
        checksum: z.string().regex(/^sha256:[0-9a-f]{64}$/),
        download_url: z.url(),
      }),
    )
    .describe('Newest first; only what is newer than the active version.'),
  last_checked: timestamp,
  next_check: timestamp,
});

/** Contract: POST /updates/download. */
export const downloadBodySchema = z.object({
  ...gatewayBody,
  update_id: plainText(64),
  version: plainText(80),
  target_partition: partition.describe('Must be the inactive partition.'),
  background: z.boolean().default(false),
  verify_signature: z.boolean().default(true),
  verify_checksum: z.boolean().default(true),
});
export const downloadResponseSchema = z.object({
  status: z.literal('started'),
  job_id: z.string(),
  update: z.object({ id: z.uuid(), version: z.string(), ...size, type: updateType, severity }),
  target_partition: partition,
  estimated_time: count.describe('Seconds.'),
  download_speed_limit: count.describe('Bytes per second; 0: none.'),
  resumable: z.boolean(),
  cancelable: z.boolean(),
});

const hold = z.object({
  kind: z.enum(HOLD_KINDS),
  constraint: z.enum(CONSTRAINTS).optional(),
  value: z.string().optional(),
  limit: z.string().optional(),
  message: z.string(),
  clears_when: z.string(),
  clears_at: z.string().optional(),
});

/** Contract: GET /updates/progress. */
export const progressQuerySchema = gatewayQuery.extend({
  job_id: jobIdInput.optional().describe('Default: the newest job of the gateway.'),
});
export const progressResponseSchema = z.object({
  status: z.enum(CONTRACT_STATUSES),
  job_id: z.string(),
  progress: z.object({
    percentage: percent.describe('Of the present phase; never decreases within it.'),
    current_operation: z.string(),
    speed: z.string().describe('Such as "5.2 MB/s".'),
    speed_bytes_per_second: z.number().nonnegative(),
    downloaded: sizeText,
    total: sizeText,
    eta: clockText.nullable().describe('Of the present phase; null while nothing moves.'),
    eta_seconds: count.nullable(),
    elapsed: clockText,
    elapsed_seconds: count,
  }),
  update: z.object({ version: z.string(), type: updateType.nullable(), target_partition: partition }),
  status_details: z.object({
    bytes_downloaded: count,
    bytes_total: count,
    connections: count,
    errors: count,
    retries: count,
    blocked_by: z.array(z.enum(CONSTRAINTS)).optional(),
    waiting_for: z.enum(['maintenance_window', 'approval', 'gateway_online', 'safety']).optional(),
    next_window: timestamp.optional(),
    holds: z.array(hold).optional().describe('Why not now, most lasting reason first.'),
  }),
  error: z.object({ code: z.string(), error_code: z.string().optional(), message: z.string() }).optional(),
});

/** Contract: POST /updates/install. */
export const installBodySchema = z.object({
  ...gatewayBody,
  job_id: jobIdInput,
  strategy: z
    .enum(INSTALL_STRATEGIES)
    .describe(
      'seamless: write now, reboot when the interlocks allow. maintenance: in the next maintenance window. immediate: now, or refuse.',
    ),
  reboot_after: z.boolean().default(false),
  reboot_delay: z.number().int().min(0).max(86_400).default(60).describe('Seconds.'),
  verify_installation: z
    .boolean()
    .default(true)
    .describe('The new version proves its health before it is kept, always; false changes nothing, and `warning` says so.'),
  create_snapshot: z.boolean().default(true),
});
export const installResponseSchema = z.object({
  status: z.enum(['installing', 'scheduled']),
  job_id: z.string(),
  installation_id: z.string(),
  progress: percent,
  current_operation: z.string(),
  estimated_completion: timestamp,
  scheduled_for: timestamp.optional().describe('Start of the maintenance window, when status is scheduled.'),
  warning: z.string().nullable(),
  next_steps: z.array(z.string()),
});
