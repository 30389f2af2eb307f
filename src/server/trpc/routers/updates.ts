import { z } from 'zod';
import { INSTALL_STRATEGIES } from '#/domain/jobs/job-options';
import { planUpdate } from '../../jobs/plan-update';
import { startUpdateFromScreen, startUpdateFromScreenSchema } from '../../jobs/start-update-from-screen';
import { checkUpdates } from '../../releases/check-updates';
import { procedure, router } from '../init';

const planInput = z.object({
  gatewayId: z.uuid(),
  releaseId: z.uuid(),
  strategy: z.enum(INSTALL_STRATEGIES),
  rebootAfter: z.boolean(),
});

export const updatesRouter = router({
  /** Releases that are newer than what the gateway runs, by the channel of its settings. */
  check: procedure('update.check')
    .input(z.object({ gatewayId: z.uuid() }))
    .query(({ ctx, input }) => checkUpdates(ctx.actor, input)),
  /** What an update would do, and what would hold it now. */
  plan: procedure('job.start')
    .input(planInput)
    .query(({ ctx, input }) => planUpdate(ctx.actor, input)),
  /** Starts it; what reboots needs the crane's id typed. */
  start: procedure('job.start')
    .input(startUpdateFromScreenSchema)
    .mutation(({ ctx, input }) => startUpdateFromScreen(ctx.actor, input)),
});
