import { readFleetLink } from '../../controllers/read-fleet-link';
import { fleetAttention } from '../../gateways/fleet-attention';
import { fleetRunning } from '../../gateways/fleet-running';
import { fleetScopeSchema } from '../../gateways/fleet-scope';
import { fleetSummary } from '../../gateways/fleet-summary';
import { procedure, router } from '../init';

export const fleetRouter = router({
  /** Figures per site, versions in the field, outcome of jobs by day. */
  summary: procedure('gateway.read')
    .input(fleetScopeSchema)
    .query(({ ctx, input }) => fleetSummary(ctx.actor, input)),
  /** What needs someone. */
  attention: procedure('job.read')
    .input(fleetScopeSchema)
    .query(({ ctx, input }) => fleetAttention(ctx.actor, input)),
  /** Jobs that move right now. */
  running: procedure('job.read')
    .input(fleetScopeSchema)
    .query(({ ctx, input }) => fleetRunning(ctx.actor, input)),
  /** Whether a controller reports and hears the fleet: what one sees is as old as that. */
  link: procedure('gateway.read').query(() => readFleetLink()),
});
