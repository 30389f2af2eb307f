/** The ways out of a request that need no PIN: reject, withdraw, revoke, and the review of a broken glass. */
import { z } from 'zod';
import { alarmKey } from '#/domain/alarms/alarm-kinds';
import { DomainError } from '#/domain/errors/domain-error';
import { isAllowed } from '#/domain/access/grants';
import { mayCloseReview, mayRevoke, type OverrideState } from '#/domain/safety/override-machine';
import { type Actor, requirePermission } from '../access/actor';
import { clearAlarm } from '../alarms/raise-alarm';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import type { OverrideRequest } from '../db/generated/client';
import { endOverride } from './end-override';
import { findOverride, noOverride } from './find-override';
import { lockOverride } from './lock-override';
import { moveOverride } from './move-override';
import { waitingActs } from './waiting-acts';

export const decideSchema = z.object({ overrideId: z.string().min(1).max(40), reason: z.string().trim().max(500) });
export const reviewSchema = z.object({
  overrideId: z.string().min(1).max(40),
  text: z.string().trim().min(10, 'Use at least 10 characters').max(2000),
});
type Decision = z.infer<typeof decideSchema>;
export type DecidedOverride = { overrideId: string; state: OverrideState };

/** Says no to an open request. */
export function rejectOverride(actor: Actor, { overrideId, reason }: Decision): Promise<DecidedOverride> {
  return withLocked(actor, overrideId, async (tx, row) => {
    requirePermission(actor, 'override.approve', row.siteId);
    return leave(tx, actor, row, 'reject', 'rejected', reason);
  });
}

/** Takes back one's own open request. */
export function withdrawOverride(actor: Actor, { overrideId, reason }: Decision): Promise<DecidedOverride> {
  return withLocked(actor, overrideId, async (tx, row) => {
    if (row.requesterId !== actor.id)
      throw new DomainError('FORBIDDEN', 'Only the requester can withdraw a request.', {}, ['Reject it instead']);
    return leave(tx, actor, row, 'withdraw', 'withdrawn', reason);
  });
}

/** Ends an override that is in force, or one whose use has not led to its act yet, at once; the agent is told. Anyone with the right at the site, no PIN. Again changes nothing. */
export function revokeOverride(actor: Actor, { overrideId, reason }: Decision): Promise<DecidedOverride> {
  return withLocked(actor, overrideId, async (tx, row) => {
    requirePermission(actor, 'override.revoke', row.siteId);
    if (row.outcome === 'revoked') return { overrideId, state: row.state as OverrideState };
    if (row.state === 'requested') {
      // "Away with it" of an open request: whoever may approve rejects it, the requester withdraws it.
      if (row.requesterId === actor.id) return leave(tx, actor, row, 'withdraw', 'withdrawn', reason);
      if (isAllowed(actor.grants, 'override.approve', row.siteId)) return leave(tx, actor, row, 'reject', 'rejected', reason);
    }
    const grants = await tx.overrideGrant.findMany({ where: { requestId: row.id } });
    const actWaits = (await waitingActs(tx, [{ ...row, grants }])).has(row.id);
    if (!mayRevoke({ state: row.state as OverrideState, outcome: row.outcome, actWaits })) throw notNow(row);
    await endOverride(tx, actor, row, 'revoked', reason || null);
    return { overrideId, state: await stateOf(tx, overrideId) };
  });
}

/** Closes the review of a break-glass: by someone else than who broke it. */
export function closeReview(actor: Actor, { overrideId, text }: z.infer<typeof reviewSchema>): Promise<DecidedOverride> {
  return withLocked(actor, overrideId, async (tx, row) => {
    requirePermission(actor, 'override.review', row.siteId);
    if (row.state !== 'review_due') throw notNow(row);
    if (!mayCloseReview({ state: 'review_due', requesterId: row.requesterId }, actor.id)) {
      throw new DomainError('FORBIDDEN', 'You cannot review your own break-glass: someone else has to.', { override_id: row.id });
    }
    const data = { reviewedAt: new Date(), reviewerId: actor.id, reviewer: actor.name, reviewText: text };
    const state = await moveOverride(tx, actor, row, 'close', data);
    if (state === null) throw notNow(row);
    await recordAudit(tx, actor, {
      name: 'override.reviewed',
      objectType: 'override',
      objectId: row.id,
      siteId: row.siteId,
      data: { text },
    });
    for (const kind of ['break_glass', 'review_overdue'] as const) {
      await clearAlarm(tx, alarmKey(kind, row.id), `${actor.name} has reviewed it`);
    }
    return { overrideId, state };
  });
}

async function withLocked<T>(actor: Actor, overrideId: string, act: (tx: Tx, row: OverrideRequest) => Promise<T>): Promise<T> {
  await findOverride(actor, overrideId);
  return getDb().$transaction(async (tx) => {
    const row = await lockOverride(tx, overrideId);
    if (!row) throw noOverride(overrideId);
    return act(tx, row);
  });
}

async function leave(
  tx: Tx,
  actor: Actor,
  row: OverrideRequest,
  event: 'reject' | 'withdraw',
  outcome: 'rejected' | 'withdrawn',
  reason: string,
): Promise<DecidedOverride> {
  const data = { outcome, endedAt: new Date(), endReason: reason, endedBy: actor.name };
  const state = await moveOverride(tx, actor, row, event, data, reason);
  if (state === null) throw notNow(row);
  return { overrideId: row.id, state };
}

async function stateOf(tx: Tx, id: string): Promise<OverrideState> {
  return (await tx.overrideRequest.findUniqueOrThrow({ where: { id }, select: { state: true } })).state as OverrideState;
}

function notNow(row: OverrideRequest): DomainError {
  return new DomainError('CONFLICT', `This is not possible any more: the override is ${row.state}.`, {
    override_id: row.id,
    state: row.state,
  });
}
