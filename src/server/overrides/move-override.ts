/** Writes one move of an override: compare-and-set of the row, audit and hint. The one place where overrides change their state. */
import { applyOverrideEvent, type OverrideEvent, type OverrideState } from '#/domain/safety/override-machine';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import type { Prisma, Tx } from '../db/client';
import { hint } from '../db/hint';

export type OverrideRow = { id: string; gatewayId: string; siteId: string; state: string };

/** The new state, or null when the row is no longer as it was read or the table does not allow the move: nothing is written then. */
export async function moveOverride(
  tx: Tx,
  actor: Actor,
  row: OverrideRow,
  event: OverrideEvent,
  data: Prisma.OverrideRequestUpdateManyMutationInput = {},
  reason?: string,
): Promise<OverrideState | null> {
  const to = applyOverrideEvent(row.state as OverrideState, event);
  if (to === null) return null;
  const { count } = await tx.overrideRequest.updateMany({ where: { id: row.id, state: row.state }, data: { ...data, state: to } });
  if (count !== 1) return null;
  await recordAudit(tx, actor, {
    name: 'override.state_changed',
    objectType: 'override',
    objectId: row.id,
    siteId: row.siteId,
    ...(reason === undefined ? {} : { reason }),
    data: { from: row.state, to },
  });
  await hint(tx, { kind: 'override', gatewayId: row.gatewayId, siteId: row.siteId });
  return to;
}
