import { z } from 'zod';
import { browseGateways, browseGatewaysSchema } from '../../gateways/browse-gateways';
import { gatewayFacets } from '../../gateways/gateway-facets';
import { searchGateways } from '../../gateways/search-gateways';
import { procedure, router } from '../init';

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
});
