/** "Update now" as a person orders it on the screen: the same start as every door, behind the destructive flow's question. */
import { z } from 'zod';
import { INSTALL_STRATEGIES } from '#/domain/jobs/job-options';
import type { Actor } from '../access/actor';
import { findGateway } from '../gateways/find-gateway';
import { startUpdate } from './start-update';
import { requireTypedCrane } from './typed-crane';

export const startUpdateFromScreenSchema = z.object({
  gatewayId: z.uuid(),
  releaseId: z.uuid(),
  strategy: z.enum(INSTALL_STRATEGIES),
  rebootAfter: z.boolean(),
  rebootDelaySeconds: z.number().int().min(0).max(3600),
  /** The crane that the gateway sits on, as the person typed it; needed when the gateway reboots. */
  confirmCrane: z.string().max(120),
});

/** Starts the update and names its job. VALIDATION_FAILED when it reboots and the typed crane is another one. */
export async function startUpdateFromScreen(actor: Actor, input: z.infer<typeof startUpdateFromScreenSchema>): Promise<{ jobId: string }> {
  const { gatewayId, releaseId, strategy, confirmCrane, ...options } = input;
  await findGateway(actor, { id: gatewayId }, 'job.start');
  if (input.rebootAfter) await requireTypedCrane(gatewayId, confirmCrane);
  const { jobId } = await startUpdate(actor, { gatewayId, releaseId, strategy, options });
  return { jobId };
}
