import { z } from 'zod';
import { operationClassSchema } from '#/domain/safety/bounds';
import { approveOverride, approveOverrideSchema } from '../../overrides/approve-override';
import { browseOverrides, browseOverridesSchema } from '../../overrides/browse-overrides';
import { closeReview, decideSchema, rejectOverride, reviewSchema, revokeOverride, withdrawOverride } from '../../overrides/decide-override';
import { overrideInbox, overridesInForce } from '../../overrides/override-inbox';
import { planOverride } from '../../overrides/plan-override';
import { readOverride } from '../../overrides/read-override';
import { readSurroundings } from '../../overrides/read-surroundings';
import { requestOverride, requestOverrideSchema } from '../../overrides/request-override';
import { procedure, router } from '../init';

export const overridesRouter = router({
  /** The register, newest first; use as an infinite query. */
  browse: procedure('safety.read')
    .input(browseOverridesSchema)
    .query(({ ctx, input }) => browseOverrides(ctx.actor, input)),
  /** Open requests by time to lapse, and reviews that are due. */
  inbox: procedure('safety.read').query(({ ctx }) => overrideInbox(ctx.actor)),
  /** For the strip on every page. */
  inForce: procedure('safety.read').query(({ ctx }) => overridesInForce(ctx.actor)),
  byId: procedure('safety.read')
    .input(z.object({ overrideId: z.string().min(1).max(40) }))
    .query(({ ctx, input }) => readOverride(ctx.actor, input.overrideId)),
  /** Neighbouring cranes, the maintenance window, and the crane's earlier overrides. */
  surroundings: procedure('safety.read')
    .input(z.object({ overrideId: z.string().min(1).max(40) }))
    .query(({ ctx, input }) => readSurroundings(ctx.actor, input.overrideId)),
  /** What may be asked for at a gateway, with suggested bounds. */
  plan: procedure('override.request')
    .input(z.object({ gatewayId: z.uuid(), operation: operationClassSchema.default('O3') }))
    .query(({ ctx, input }) => planOverride(ctx.actor, input)),
  /** One gateway or many; with `breakGlass` and the PIN: in force at once. */
  request: procedure('override.request')
    .input(requestOverrideSchema)
    .mutation(({ ctx, input }) => requestOverride(ctx.actor, input)),
  approve: procedure('override.approve')
    .input(approveOverrideSchema)
    .mutation(({ ctx, input }) => approveOverride(ctx.actor, input)),
  reject: procedure('override.approve')
    .input(decideSchema)
    .mutation(({ ctx, input }) => rejectOverride(ctx.actor, input)),
  withdraw: procedure('override.request')
    .input(decideSchema)
    .mutation(({ ctx, input }) => withdrawOverride(ctx.actor, input)),
  /** At once and without a PIN. */
  revoke: procedure('override.revoke')
    .input(decideSchema)
    .mutation(({ ctx, input }) => revokeOverride(ctx.actor, input)),
  closeReview: procedure('override.review')
    .input(reviewSchema)
    .mutation(({ ctx, input }) => closeReview(ctx.actor, input)),
});
