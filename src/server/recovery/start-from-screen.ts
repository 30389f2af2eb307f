/** Operations of recovery as a person orders them on the screen: behind the typed id of the crane, like everything that restarts. */
import { z } from 'zod';
import type { Permission } from '#/domain/access/roles';
import type { Actor } from '../access/actor';
import { findGateway } from '../gateways/find-gateway';
import { requireTypedCrane } from '../jobs/typed-crane';
import { resetGateway, resetGatewaySchema } from './reset-gateway';
import { restoreSnapshot, restoreSnapshotSchema } from './restore-snapshot';
import { rollBack, rollBackSchema } from './roll-back';

/** The crane that the gateway sits on, as the person typed it. */
const typed = { confirmCrane: z.string().max(120) };
export const rollBackFromScreenSchema = rollBackSchema.extend(typed);
export const restoreFromScreenSchema = restoreSnapshotSchema.extend(typed);
export const resetFromScreenSchema = resetGatewaySchema.extend(typed);

export function rollBackFromScreen(actor: Actor, { confirmCrane, ...input }: z.output<typeof rollBackFromScreenSchema>) {
  return confirmed(actor, input.gatewayId, 'recovery.rollback', confirmCrane, () => rollBack(actor, input));
}

export function restoreFromScreen(actor: Actor, { confirmCrane, ...input }: z.output<typeof restoreFromScreenSchema>) {
  return confirmed(actor, input.gatewayId, 'recovery.restore', confirmCrane, () => restoreSnapshot(actor, input));
}

export function resetFromScreen(actor: Actor, { confirmCrane, ...input }: z.output<typeof resetFromScreenSchema>) {
  return confirmed(actor, input.gatewayId, 'recovery.factory_reset', confirmCrane, () => resetGateway(actor, input));
}

/** VALIDATION_FAILED when the typed crane is another one. The right is looked at first: the answer must not tell where a gateway sits. */
async function confirmed<T>(actor: Actor, gatewayId: string, permission: Permission, crane: string, act: () => Promise<T>): Promise<T> {
  await findGateway(actor, { id: gatewayId }, permission);
  await requireTypedCrane(gatewayId, crane);
  return act();
}
