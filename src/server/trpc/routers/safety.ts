import { z } from 'zod';
import { readSafety } from '../../safety/read-safety';
import { procedure, router } from '../init';

export const safetyRouter = router({
  /** Signals, policy and "why not now" of a gateway. */
  status: procedure('gateway.read')
    .input(z.object({ gatewayId: z.uuid() }))
    .query(({ ctx, input }) => readSafety(ctx.actor, input.gatewayId)),
});
