import { z } from 'zod';
import { CONSTRAINTS } from '#/domain/safety/signals';
import { constraintBoundSchema } from '#/domain/safety/bounds';
import { OVERRIDE_STATES } from '#/domain/safety/override-machine';
import { REASON_CODES } from '#/domain/safety/override-request';
import { OPERATION_CLASSES } from '#/domain/safety/policy';
import { LONGEST_OVERRIDE_S, SHORTEST_OVERRIDE_S } from '#/domain/safety/site-policy';
import { clockText, count, gatewayBody, health, percent, plainText, sizeText, timestamp } from './values';

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
  overrides: z
    .array(z.object({ override_id: z.string(), constraints: z.array(z.string()), expires_at: timestamp, break_glass: z.boolean() }))
    .describe('Those that are in force.'),
  update_allowed: z.boolean(),
  safety_score: percent,
  recommendations: z.array(z.string()),
  evaluated_at: timestamp,
  stale: z.boolean().describe('A needed signal is missing or too old. That blocks.'),
});

const constraint = z.enum(CONSTRAINTS);

/** Contract: POST /safety/override. */
export const overrideBodySchema = z.object({
  ...gatewayBody,
  enable: z.boolean().describe('false ends the override that is in force, without a PIN.'),
  pin: z.string().max(64).optional().describe('Of the person whose token or session it is. Needed where the caller authorises it alone.'),
  reason: plainText(1000).describe('To enable: at least 10 characters.'),
  constraints: z.array(constraint).min(1).max(5).optional().describe('Without it: those that block now.'),
  duration: z.number().int().min(SHORTEST_OVERRIDE_S).max(LONGEST_OVERRIDE_S).optional().describe('Seconds; needed to enable.'),
  acknowledge_risks: z.boolean().optional().describe('Must be true to enable.'),
  operation: z
    .enum(['O1', 'O2', 'O3', 'O4'])
    .optional()
    .describe('What it is for: O1 download, O2 write, O3 restart, O4 destroy. Without it: what the unfinished job does next, else O3.'),
  override_id: plainText(40).optional().describe('To end a certain one; without it all of the gateway end.'),
  reason_code: z.enum(REASON_CODES).optional(),
  measures: z.array(plainText(300, 3)).min(1).max(10).optional().describe('Compensating measures.'),
});

const requestHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the request_hash of the override')
  .describe('SHA-256 of exactly what was asked for.');

const enabledSchema = z.object({
  status: z.literal('override_enabled'),
  override_id: z.string(),
  warning: z.string(),
  duration: count.describe('Seconds until it ends.'),
  expires_at: timestamp,
  constraints_overridden: z.array(constraint),
  acknowledgments: z.object({ risk_accepted: z.boolean(), operator: z.string(), timestamp }),
  break_glass: z.boolean(),
  review_due_at: timestamp.optional(),
});
const pendingSchema = z.object({
  status: z.literal('pending_approval'),
  override_id: z.string(),
  requested_by: z.string(),
  approvers: z.array(z.string()).describe('Roles of which someone else has to approve.'),
  approvals_needed: count,
  expires_at: timestamp.describe('Unanswered until then, the request lapses.'),
  constraints: z.array(constraint),
  request_hash: requestHash,
});
const disabledSchema = z.object({
  status: z.literal('override_disabled'),
  override_id: z.string(),
  override_ids: z.array(z.string()),
  message: z.string(),
  timestamp,
});
export const overrideResponseSchema = z.discriminatedUnion('status', [enabledSchema, pendingSchema, disabledSchema]);

/** One override, as an approver must see it. */
export const overrideQuerySchema = z.object({ override_id: plainText(40) });
export const overrideViewSchema = z.object({
  override_id: z.string(),
  state: z.enum(OVERRIDE_STATES),
  gateway_id: z.string(),
  gateway: z.string(),
  requested_by: z.string(),
  requested_at: timestamp,
  lapses_at: timestamp.describe('Unanswered until then, the request lapses.'),
  expires_at: timestamp.nullable().describe('Once it is approved.'),
  operation: z.enum(OPERATION_CLASSES),
  job_id: z.string().nullable(),
  bounds: z.array(constraintBoundSchema).describe('How far each soft limit would be relaxed.'),
  duration: count.describe('Seconds from the approval on.'),
  reason_code: z.enum(REASON_CODES),
  reason: z.string(),
  measures: z.array(z.string()),
  observed: z
    .array(
      z.object({
        constraint,
        value: z.string().nullable(),
        limit: z.string(),
        level: z.enum(['clear', 'soft', 'hard']),
        reason: z.string(),
      }),
    )
    .describe('What the requester saw.'),
  break_glass: z.boolean(),
  approvals_needed: count,
  approved_by: z.array(z.string()),
  request_hash: requestHash,
});

export const decideOverrideBodySchema = z
  .object({
    override_id: plainText(40),
    decision: z.enum(['approve', 'reject']),
    request_hash: requestHash.optional(),
    pin: z.string().max(64).optional().describe('To approve: of the person whose token or session it is.'),
    reason: plainText(500).optional(),
  })
  .superRefine(({ decision, request_hash, pin }, context) => {
    if (decision === 'reject') return;
    const say = (path: string) => context.addIssue({ code: 'custom', path: [path], message: 'is needed to approve' });
    if (request_hash === undefined) say('request_hash');
    if (pin === undefined) say('pin');
  });
export const decideOverrideResponseSchema = z.object({
  status: z.enum(['approved', 'approval_counted', 'rejected']),
  override_id: z.string(),
  approvals_left: count,
  expires_at: timestamp.nullable(),
});
