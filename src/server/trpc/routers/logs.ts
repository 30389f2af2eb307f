import { browseLogs, browseLogsSchema } from '../../logs/browse-logs';
import { procedure, router } from '../init';

export const logsRouter = router({
  /** One page of a gateway's log, newest first; use as an infinite query. */
  browse: procedure('log.read')
    .input(browseLogsSchema)
    .query(({ ctx, input }) => browseLogs(ctx.actor, input)),
});
