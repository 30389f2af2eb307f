/** Ends an override that is in force: state, grants, the order for the agent, and the review of a broken glass. */
import { restingState } from '#/domain/safety/override-machine';
import type { Actor } from '../access/actor';
import type { Tx } from '../db/client';
import type { OverrideRequest } from '../db/generated/client';
import { enqueueCommand } from '../outbox/enqueue-command';
import { moveOverride } from './move-override';

type End = 'used' | 'expired' | 'revoked';
const EVENT_OF = { used: 'use', expired: 'expire', revoked: 'revoke' } as const;
/** A grant lives four hours at most; no order about it is worth more. */
const REVOKE_TTL_MS = 5 * 3_600_000;

/**
 * True when it was in force and is ended now. The caller holds the locks of lockOverride. Grants that the agent may hold are
 * revoked there; offers that were never sent are taken back. `given` is null where a person gave no reason: who it was is said anyway.
 */
export async function endOverride(tx: Tx, actor: Actor, row: OverrideRequest, end: End, given: string | null): Promise<boolean> {
  const reason = given ?? `${end} by ${actor.name}`;
  const now = new Date();
  const data = { outcome: end, endedAt: now, endReason: given?.slice(0, 500) ?? null, endedBy: actor.name };
  const ended = await moveOverride(tx, actor, row, EVENT_OF[end], data, given ?? undefined);
  if (ended === null) return false;
  await endGrants(tx, row.id, end === 'used' ? 'expired' : end, reason, now);
  if (end === 'revoked' && row.outcome === 'used') await takeUsesBack(tx, row.id, reason);
  if (restingState(end, row.breakGlass) === 'review_due') await moveOverride(tx, actor, { ...row, state: ended }, 'demand_review');
  return true;
}

async function endGrants(tx: Tx, requestId: string, state: 'expired' | 'revoked', reason: string, now: Date): Promise<void> {
  const grants = await tx.overrideGrant.findMany({ where: { requestId, endedAt: null } });
  for (const grant of grants) {
    await tx.overrideGrant.update({ where: { id: grant.id }, data: { state, endedAt: now } });
    if (grant.offerCommandId === null) continue;
    const unsent = await tx.outboxCommand.updateMany({
      where: { id: grant.offerCommandId, sentAt: null, answeredAt: null },
      data: { answeredAt: now, resultCode: 'WITHDRAWN', resultText: 'the override ended before it was sent' },
    });
    // An expired grant needs no word: the agent's own clocks end it.
    if (unsent.count === 1 || state === 'expired') continue;
    await enqueueCommand(
      tx,
      grant.gatewayId,
      { name: 'grant.revoke', grantId: grant.id, reason: reason.slice(0, 500) },
      { ttlMs: REVOKE_TTL_MS },
    );
  }
}

/** The agent honours it while the act has not begun; a used grant's own row says what it was used for. */
async function takeUsesBack(tx: Tx, requestId: string, reason: string): Promise<void> {
  const used = await tx.overrideGrant.findMany({ where: { requestId, state: 'used' } });
  for (const { id, gatewayId } of used) {
    await tx.overrideGrant.update({ where: { id }, data: { state: 'revoked' } });
    await enqueueCommand(tx, gatewayId, { name: 'grant.revoke', grantId: id, reason: reason.slice(0, 500) }, { ttlMs: REVOKE_TTL_MS });
  }
}
