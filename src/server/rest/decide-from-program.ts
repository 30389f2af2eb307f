/** An override as an approver's program sees it, and its answer: the same use-cases as on the screen. */
import type { z } from 'zod';
import type { decideOverrideBodySchema, decideOverrideResponseSchema, overrideViewSchema } from '#/protocol/rest/safety';
import { REASON_CODES } from '#/domain/safety/override-request';
import type { Actor } from '../access/actor';
import { approveOverride } from '../overrides/approve-override';
import { rejectOverride } from '../overrides/decide-override';
import { readOverride } from '../overrides/read-override';
import { wireTime } from './wire-text';

export async function overrideForProgram(actor: Actor, overrideId: string): Promise<z.input<typeof overrideViewSchema>> {
  const row = await readOverride(actor, overrideId);
  return {
    override_id: row.id,
    state: row.state,
    gateway_id: row.gateway.id,
    gateway: row.gateway.name,
    requested_by: row.requester,
    requested_at: wireTime(row.requestedAt),
    lapses_at: wireTime(row.lapsesAt),
    expires_at: row.expiresAt === null ? null : wireTime(row.expiresAt),
    operation: row.operation,
    job_id: row.jobId,
    bounds: row.bounds,
    duration: row.durationSeconds,
    reason_code: REASON_CODES.find((code) => code === row.reasonCode) ?? 'other',
    reason: row.reason,
    measures: row.measures,
    observed: row.observed.map(({ constraint, value, limit, level, reason }) => ({ constraint, value, limit, level, reason })),
    break_glass: row.breakGlass,
    approvals_needed: row.approversNeeded,
    approved_by: row.approvers,
    request_hash: row.requestHash,
  };
}

export async function decideFromProgram(
  actor: Actor,
  { override_id: overrideId, decision, request_hash: requestHash = '', pin = '', reason = '' }: z.output<typeof decideOverrideBodySchema>,
): Promise<z.input<typeof decideOverrideResponseSchema>> {
  if (decision === 'reject') {
    await rejectOverride(actor, { overrideId, reason });
    return { status: 'rejected', override_id: overrideId, approvals_left: 0, expires_at: null };
  }
  const { state, approvalsLeft, expiresAt } = await approveOverride(actor, { overrideId, requestHash, pin });
  return {
    status: state === 'approved' ? 'approved' : 'approval_counted',
    override_id: overrideId,
    approvals_left: approvalsLeft,
    expires_at: expiresAt === null ? null : wireTime(expiresAt),
  };
}
