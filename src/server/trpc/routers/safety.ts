import { z } from 'zod';
import { sitePolicySchema } from '#/domain/safety/site-policy';
import { browseBoard, browseBoardSchema } from '../../safety/browse-board';
import { comparePolicy, listPolicies, policyHistory, savePolicy, savePolicySchema } from '../../safety/manage-policy';
import { readSafety } from '../../safety/read-safety';
import { procedure, router } from '../init';

const oneGateway = z.object({ gatewayId: z.uuid() });
const oneSite = z.object({ siteId: z.uuid() });

export const safetyRouter = router({
  /** Signals, policy and "why not now" of a gateway. */
  status: procedure('safety.read')
    .input(oneGateway)
    .query(({ ctx, input }) => readSafety(ctx.actor, input.gatewayId)),
  /** What blocks what, where and since when; use as an infinite query. */
  board: procedure('safety.read')
    .input(browseBoardSchema)
    .query(({ ctx, input }) => browseBoard(ctx.actor, input)),
  /** The policy in force at each site. */
  policies: procedure('safety.read').query(({ ctx }) => listPolicies(ctx.actor)),
  policyHistory: procedure('safety.read')
    .input(oneSite)
    .query(({ ctx, input }) => policyHistory(ctx.actor, input.siteId)),
  /** What saving would change. */
  comparePolicy: procedure('safety.read')
    .input(oneSite.extend({ policy: sitePolicySchema }))
    .query(({ ctx, input }) => comparePolicy(ctx.actor, input)),
  savePolicy: procedure('policy.write')
    .input(savePolicySchema)
    .mutation(({ ctx, input }) => savePolicy(ctx.actor, input)),
});
