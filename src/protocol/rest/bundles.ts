import { z } from 'zod';
import { SNAPSHOT_COMPRESSIONS } from '../mqtt/recovery';
import { count, gatewayBody, gatewayQuery, plainText, queryFlag, sizeText, timestamp } from './values';

const compression = z.enum(SNAPSHOT_COMPRESSIONS);

/** Contract: POST /monitor/snapshot. */
export const snapshotBodySchema = z.object({
  ...gatewayBody,
  name: plainText(120),
  description: plainText(500).optional(),
  include_data: z.boolean().default(true),
  include_config: z.boolean().default(true),
  include_logs: z.boolean().default(false),
  include_image: z.boolean().default(true).describe('The running partition. Without it the snapshot cannot be booted.'),
  compression: compression.default('gzip'),
  priority: z.enum(['low', 'normal', 'high']).default('normal').describe('high: at once, or it is refused.'),
});
export const snapshotResponseSchema = z.object({
  status: z.literal('snapshot_started'),
  snapshot_id: z.string(),
  job_id: z.string(),
  name: z.string(),
  estimated_size: sizeText,
  estimated_size_bytes: count,
  estimated_time: count.describe('Seconds.'),
  steps: z.array(z.string()),
});

/** Contract: GET /monitor/debug. */
export const debugQuerySchema = gatewayQuery.extend({
  include_logs: queryFlag.default(true),
  include_config: queryFlag.default(true),
  include_system_info: queryFlag.default(true),
  compression: compression.default('gzip'),
});
/** Also of GET /monitor/debug/download/… while it is being made (202). */
export const debugResponseSchema = z.object({
  status: z.enum(['generating', 'ready']),
  bundle_id: z.string(),
  estimated_time: count.describe('Seconds; 0 when it is ready.'),
  size_estimate: sizeText.describe('At most; the real size when it is ready.'),
  size_estimate_bytes: count,
  contents: z.array(z.string()),
  download_url: z.url(),
  expires_at: timestamp,
});
