/** The rows of one request. The caller holds the locks of its gateway and site. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { OverrideState } from '#/domain/safety/override-machine';
import { type CanonicalRequest, canonicalText, type ObservedValue } from '#/domain/safety/override-request';
import type { Actor } from '../access/actor';
import { raiseAlarm } from '../alarms/raise-alarm';
import { recordAudit } from '../audit/record-audit';
import type { Tx } from '../db/client';
import { hint } from '../db/hint';
import { appendStreamEvent } from '../live/append-stream-event';
import { issueGrants } from './issue-grants';
import type { PlannedRequest } from './plan-request';
import type { requestOverrideSchema } from './request-override';

export type WrittenRequest = {
  overrideId: string;
  gatewayId: string;
  state: OverrideState;
  constraints: string[];
  requestHash: string;
  approversNeeded: number;
  lapsesAt: Date;
  expiresAt: Date | null;
  breakGlass: boolean;
  reviewDueAt: Date | null;
};

/** SHA-256 of the canonical form: what every approval is bound to. */
export function hashRequest(request: CanonicalRequest): string {
  return createHash('sha256').update(canonicalText(request)).digest('hex');
}

/** Writes the request, and puts it in force at once when the requester authorises it alone. */
export async function writeRequest(
  tx: Tx,
  actor: Actor,
  plan: PlannedRequest,
  input: z.output<typeof requestOverrideSchema>,
  id: string,
  batchId: string,
): Promise<WrittenRequest> {
  const { gateway, bounds, approversNeeded } = plan;
  const now = new Date();
  const observed = plan.evaluation.verdicts.map(
    ({ constraint, value, limit, level, reason, source, ageMs }): ObservedValue => ({
      constraint,
      value,
      limit,
      level,
      reason,
      source,
      ageMs,
    }),
  );
  const canonical: CanonicalRequest = {
    v: 1,
    gatewayId: gateway.id,
    jobId: plan.job?.id ?? null,
    artifactSha256: plan.job?.artifactSha256 ?? null,
    operation: input.operation,
    bounds,
    durationSeconds: input.durationSeconds,
    reasonCode: input.reasonCode,
    reason: input.reason,
    measures: input.measures,
    observed,
    requesterId: actor.id,
    breakGlass: input.breakGlass,
    policyVersion: plan.policyVersion,
  };
  const requestHash = hashRequest(canonical);
  const { v: _v, gatewayId, bounds: _bounds, observed: _observed, ...columns } = canonical;
  const constraints = bounds.map((one) => one.constraint);
  const lapsesAt = new Date(now.getTime() + plan.policy.answerWithinSeconds * 1000);
  const row = await tx.overrideRequest.create({
    data: {
      id,
      batchId,
      gatewayId,
      siteId: gateway.siteId,
      constraints,
      bounds,
      observed,
      ...columns,
      approversNeeded,
      requestHash,
      requester: actor.name,
      requestedAt: now,
      lapsesAt,
    },
  });
  await recordAudit(tx, actor, {
    name: 'override.requested',
    objectType: 'override',
    objectId: id,
    siteId: gateway.siteId,
    reason: input.reason,
    data: { constraints, bounds, durationSeconds: input.durationSeconds, requestHash, breakGlass: input.breakGlass },
  });
  await hint(tx, { kind: 'override', gatewayId, siteId: gateway.siteId });
  const written = { overrideId: id, gatewayId, constraints, requestHash, approversNeeded, lapsesAt, breakGlass: input.breakGlass };
  if (!plan.alone) return { ...written, state: 'requested', expiresAt: null, reviewDueAt: null };
  await tx.overrideApproval.create({ data: { requestId: id, approverId: actor.id, approver: actor.name, requestHash, approvedAt: now } });
  const expiresAt = await issueGrants(tx, actor, row, now);
  const reviewDueAt = input.breakGlass ? new Date(now.getTime() + 24 * 3_600_000) : null;
  if (reviewDueAt) await raiseBreakGlass(tx, actor, { id, gatewayId, siteId: gateway.siteId, constraints, reviewDueAt });
  return { ...written, state: 'approved', expiresAt, reviewDueAt };
}

type Broken = { id: string; gatewayId: string; siteId: string; constraints: string[]; reviewDueAt: Date };

/** Everyone who watches is told at once, whoever asked for it. */
async function raiseBreakGlass(tx: Tx, actor: Actor, { id, gatewayId, siteId, constraints, reviewDueAt }: Broken): Promise<void> {
  await recordAudit(tx, actor, {
    name: 'override.break_glass',
    objectType: 'override',
    objectId: id,
    siteId,
    data: { reviewDueAt: reviewDueAt.toISOString() },
  });
  const what = constraints.join(', ').replaceAll('_', ' ');
  const message = `${actor.name} has overridden ${what} alone (break-glass)`;
  await raiseAlarm(tx, { kind: 'break_glass', subject: id, siteId, gatewayId, message, details: { override_id: id } });
  await appendStreamEvent(tx, {
    gatewayId,
    siteId,
    type: 'safety_alert',
    payload: {
      constraint: constraints[0],
      status: 'overridden',
      message,
      severity: 'critical',
      action_required: true,
      suggested_action: 'Check the crane; someone else must review this within 24 hours',
      override_id: id,
    },
  });
}
