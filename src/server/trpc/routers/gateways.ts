import { z } from 'zod';
import { issueEnrolment } from '../../enrolment/issue-enrolment';
import { browseGateways, browseGatewaysSchema } from '../../gateways/browse-gateways';
import { browseTimeline, browseTimelineSchema } from '../../gateways/browse-timeline';
import { gatewayFacets } from '../../gateways/gateway-facets';
import { readGateway } from '../../gateways/read-gateway';
import { searchGateways } from '../../gateways/search-gateways';
import { procedure, router } from '../init';

const oneGateway = z.object({ gatewayId: z.uuid() });

export const gatewaysRouter = router({
  /** One page of the list; use as an infinite query. */
  browse: procedure('gateway.read')
    .input(browseGatewaysSchema)
    .query(({ ctx, input }) => browseGateways(ctx.actor, input)),
  /** Choices for the list's filter. */
  facets: procedure('gateway.read').query(({ ctx }) => gatewayFacets(ctx.actor)),
  /** A few gateways by a part of their name. */
  search: procedure('gateway.read')
    .input(z.object({ text: z.string().trim().min(1).max(100) }))
    .query(({ ctx, input }) => searchGateways(ctx.actor, input.text)),
  /** One gateway with its slots and newest vitals. */
  byId: procedure('gateway.read')
    .input(oneGateway)
    .query(({ ctx, input }) => readGateway(ctx.actor, input.gatewayId)),
  /** What has happened to a gateway, newest first; use as an infinite query. */
  timeline: procedure('job.read')
    .input(browseTimelineSchema)
    .query(({ ctx, input }) => browseTimeline(ctx.actor, input)),
  /** A one-time token for a device; the answer is the only place where it can be read. */
  enrol: procedure('gateway.enroll')
    .input(oneGateway)
    .mutation(({ ctx, input }) => issueEnrolment(ctx.actor, input.gatewayId)),
});
