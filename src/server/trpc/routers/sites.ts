import { listSites } from '../../sites/list-sites';
import { procedure, router } from '../init';

export const sitesRouter = router({
  /** Sites that the person may see. */
  list: procedure('gateway.read').query(({ ctx }) => listSites(ctx.actor)),
});
