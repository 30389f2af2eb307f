/** Revokes an override whose constraint has gone past its bound (safety design: 7). The agent refuses by itself as well. */
import { constraintBoundSchema, relaxPolicy } from '#/domain/safety/bounds';
import { evaluateSafety } from '#/domain/safety/evaluate';
import { operationClassSchema } from '#/domain/safety/bounds';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import { systemActor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { endOverride } from '#/server/overrides/end-override';
import { lockOverride } from '#/server/overrides/lock-override';

export type HeardGateway = { id: string; signals: SignalSet; policy: SafetyPolicy };

/** Looks only at gateways that have a grant which may still be used: a handful of the fleet. Returns how many were revoked. */
export async function revokePastBounds(heard: readonly HeardGateway[], nowMs: number): Promise<number> {
  const grants = await getDb().overrideGrant.findMany({
    where: { gatewayId: { in: heard.map((one) => one.id) }, endedAt: null },
    include: { request: { select: { operation: true } } },
  });
  let revoked = 0;
  for (const grant of grants) {
    const gateway = heard.find((one) => one.id === grant.gatewayId);
    const bound = constraintBoundSchema.safeParse({ constraint: grant.constraint, bound: grant.bound });
    if (!gateway || !bound.success) continue;
    const policy = relaxPolicy(gateway.policy, bound.data);
    const operation = operationClassSchema.parse(grant.request.operation);
    const { verdicts } = evaluateSafety(gateway.signals, policy, operation, { nowMs, imageBytes: 0 });
    const verdict = verdicts.find((one) => one.constraint === grant.constraint);
    // An old value says nothing; and a crane that has just stopped is on its way to its bound, not past it.
    const waits = verdict?.level === 'soft' && grant.constraint === 'crane_motion';
    if (!verdict || verdict.level === 'clear' || verdict.stale || waits) continue;
    revoked += (await revoke(grant.requestId, `${grant.constraint} is past its bound: ${verdict.reason}`)) ? 1 : 0;
  }
  return revoked;
}

function revoke(requestId: string, reason: string): Promise<boolean> {
  return getDb().$transaction(async (tx) => {
    const row = await lockOverride(tx, requestId);
    return row !== null && endOverride(tx, systemActor('controller'), row, 'revoked', reason);
  });
}
