/** An override as lists show it. */
import { z } from 'zod';
import { constraintBoundSchema, type ConstraintBound } from '#/domain/safety/bounds';
import type { OperationClass } from '#/domain/safety/policy';
import type { OverrideState } from '#/domain/safety/override-machine';
import type { Constraint } from '#/domain/safety/signals';
import type { Actor } from '../access/actor';
import type { Prisma } from '../db/client';
import { actionsOn, type OverrideActions } from './override-scope';

export const OVERRIDE_INCLUDE = {
  gateway: { select: { name: true, connected: true, crane: { select: { name: true, block: { select: { name: true } } } } } },
  site: { select: { code: true, name: true, timezone: true } },
  approvals: { orderBy: { approvedAt: 'asc' } },
  grants: { orderBy: { id: 'asc' } },
} as const satisfies Prisma.OverrideRequestInclude;

export type OverrideRecord = Prisma.OverrideRequestGetPayload<{ include: typeof OVERRIDE_INCLUDE }>;

export type OverrideGrantRow = {
  id: string;
  constraint: Constraint;
  state: string;
  expiresAt: Date;
  acceptedAt: Date | null;
  suspendedAt: Date | null;
  usedAt: Date | null;
  lastCode: string | null;
};
export type OverrideListRow = {
  id: string;
  batchId: string;
  state: OverrideState;
  outcome: string | null;
  gateway: { id: string; name: string; connected: boolean; crane: string; block: string | null };
  site: { id: string; code: string; name: string; timezone: string };
  jobId: string | null;
  operation: OperationClass;
  constraints: Constraint[];
  bounds: ConstraintBound[];
  durationSeconds: number;
  reasonCode: string;
  reason: string;
  breakGlass: boolean;
  requester: string;
  requestedAt: Date;
  lapsesAt: Date;
  approversNeeded: number;
  approvers: string[];
  approvedAt: Date | null;
  expiresAt: Date | null;
  endedAt: Date | null;
  endReason: string | null;
  endedBy: string | null;
  reviewDueAt: Date | null;
  reviewer: string | null;
  reviewedAt: Date | null;
  grants: OverrideGrantRow[];
  /** It was used, but what for has not begun: a revocation still prevents it. */
  actWaits: boolean;
  may: OverrideActions;
};

export function toListRow(actor: Actor, row: OverrideRecord, waiting: ReadonlySet<string>): OverrideListRow {
  const { gateway, site } = row;
  const actWaits = waiting.has(row.id);
  return {
    id: row.id,
    batchId: row.batchId,
    state: row.state as OverrideState,
    outcome: row.outcome,
    gateway: {
      id: row.gatewayId,
      name: gateway.name,
      connected: gateway.connected,
      crane: gateway.crane.name,
      block: gateway.crane.block?.name ?? null,
    },
    site: { id: row.siteId, ...site },
    jobId: row.jobId,
    operation: row.operation as OperationClass,
    constraints: row.constraints as Constraint[],
    bounds: z.array(constraintBoundSchema).parse(row.bounds),
    durationSeconds: row.durationSeconds,
    reasonCode: row.reasonCode,
    reason: row.reason,
    breakGlass: row.breakGlass,
    requester: row.requester,
    requestedAt: row.requestedAt,
    lapsesAt: row.lapsesAt,
    approversNeeded: row.approversNeeded,
    approvers: row.approvals.map((one) => one.approver),
    approvedAt: row.approvedAt,
    expiresAt: row.expiresAt,
    endedAt: row.endedAt,
    endReason: row.endReason,
    endedBy: row.endedBy,
    reviewDueAt: row.reviewDueAt,
    reviewer: row.reviewer,
    reviewedAt: row.reviewedAt,
    grants: row.grants.map((grant) => ({
      id: grant.id,
      constraint: grant.constraint as Constraint,
      state: grant.state,
      expiresAt: grant.expiresAt,
      acceptedAt: grant.acceptedAt,
      suspendedAt: grant.suspendedAt,
      usedAt: grant.usedAt,
      lastCode: grant.lastCode,
    })),
    actWaits,
    may: actionsOn(actor, row, actWaits),
  };
}
