/** One person's approval of exactly one request: four eyes by person, not by account; PIN step-up; the last one puts it in force. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { type ApprovalVerdict, judgeApproval, type OverrideState } from '#/domain/safety/override-machine';
import type { Actor } from '../access/actor';
import { verifyPin } from '../access/verify-pin';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import type { OverrideRequest } from '../db/generated/client';
import { hint } from '../db/hint';
import { readSitePolicy } from '../safety/site-policy';
import { findOverride, noOverride } from './find-override';
import { issueGrants } from './issue-grants';
import { lockOverride } from './lock-override';

export const approveOverrideSchema = z.object({
  overrideId: z.string().min(1).max(40),
  /** Of the request as it was shown to the approver. */
  requestHash: z.string().regex(/^[0-9a-f]{64}$/),
  pin: z.string().min(1, 'Enter your PIN').max(64),
});
export type ApprovedOverride = { overrideId: string; state: OverrideState; approvalsLeft: number; expiresAt: Date | null };

/** Throws FORBIDDEN for one's own request, CONFLICT for one that is decided, has lapsed or has changed, INVALID_PIN and RATE_LIMITED. */
export async function approveOverride(actor: Actor, input: z.infer<typeof approveOverrideSchema>): Promise<ApprovedOverride> {
  const approval = { personId: actor.id, requestHash: input.requestHash };
  const seen = await findOverride(actor, input.overrideId, 'override.approve');
  // Refuse before the PIN is spent; everything is looked at again under the locks.
  await judge(getDb(), seen, approval);
  await verifyPin(actor, input.pin, 'override.approve');
  return getDb().$transaction(
    async (tx) => {
      const row = await lockOverride(tx, input.overrideId);
      if (!row) throw noOverride(input.overrideId);
      const now = new Date();
      const verdict = await judge(tx, row, approval);
      await tx.overrideApproval.create({
        data: { requestId: row.id, approverId: actor.id, approver: actor.name, requestHash: row.requestHash, approvedAt: now },
      });
      if (verdict.kind === 'approved') {
        const expiresAt = await issueGrants(tx, actor, row, now);
        return { overrideId: row.id, state: 'approved' as const, approvalsLeft: 0, expiresAt };
      }
      await recordAudit(tx, actor, {
        name: 'override.approval_given',
        objectType: 'override',
        objectId: row.id,
        siteId: row.siteId,
        data: { requestHash: row.requestHash, left: verdict.left },
      });
      await hint(tx, { kind: 'override', gatewayId: row.gatewayId, siteId: row.siteId });
      return { overrideId: row.id, state: 'requested' as const, approvalsLeft: verdict.left, expiresAt: null };
    },
    { timeout: 20_000 },
  );
}

async function judge(
  db: Pick<Tx, 'overrideApproval' | 'sitePolicy'>,
  row: OverrideRequest,
  approval: { personId: string; requestHash: string },
): Promise<Exclude<ApprovalVerdict, { kind: 'refused' }>> {
  const given = await db.overrideApproval.findMany({ where: { requestId: row.id } });
  const verdict = judgeApproval(
    {
      state: row.state as OverrideState,
      requesterId: row.requesterId,
      requestHash: row.requestHash,
      approversNeeded: row.approversNeeded,
      breakGlass: row.breakGlass,
      approvals: given.map((one) => ({ personId: one.approverId, requestHash: one.requestHash })),
      lapsesAtMs: row.lapsesAt.getTime(),
    },
    approval,
    Date.now(),
  );
  if (verdict.kind === 'refused') throw refusal(verdict.why, row);
  const policy = await readSitePolicy(db as Tx, row.siteId);
  if (policy.version !== row.policyVersion) throw refusal('request_changed', row);
  return verdict;
}

function refusal(why: Extract<ApprovalVerdict, { kind: 'refused' }>['why'], row: OverrideRequest): DomainError {
  const details = { override_id: row.id, state: row.state, why };
  switch (why) {
    case 'own_request':
      return new DomainError('FORBIDDEN', 'You cannot approve your own request: someone else has to.', details, ['Ask another supervisor']);
    case 'twice':
      return new DomainError('CONFLICT', 'You have approved this already; someone else’s approval is needed too.', details);
    case 'lapsed':
      return new DomainError('CONFLICT', 'The request has lapsed: nobody answered it in time.', details, ['Ask for a new request']);
    case 'request_changed':
      return new DomainError('CONFLICT', 'The request, or the policy behind it, is not what you were shown.', details, [
        'Look at the present request',
      ]);
    case 'not_open':
      return new DomainError('CONFLICT', `The request has been decided already (${row.state}).`, details);
  }
}
