import { type ConstraintBound, constraintBoundSchema, operationClassSchema } from '#/domain/safety/bounds';
import type { OperationClass } from '#/domain/safety/policy';
import { getDb } from '../db/client';

export type Relaxation = { overrideId: string; operation: OperationClass; bound: ConstraintBound; expiresAt: Date };

/** What overrides in force relax at a gateway: only grants that the agent holds and has not suspended. */
export async function readRelaxations(gatewayId: string, now: Date): Promise<Relaxation[]> {
  const grants = await getDb().overrideGrant.findMany({
    where: { gatewayId, state: 'active', endedAt: null, suspendedAt: null, expiresAt: { gt: now } },
    orderBy: { id: 'asc' },
    select: { requestId: true, constraint: true, bound: true, expiresAt: true, request: { select: { operation: true } } },
  });
  return grants.map(({ requestId, constraint, bound, expiresAt, request }) => ({
    overrideId: requestId,
    operation: operationClassSchema.parse(request.operation),
    bound: constraintBoundSchema.parse({ constraint, bound }),
    expiresAt,
  }));
}
