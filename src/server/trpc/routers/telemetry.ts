import { readHistory, readHistorySchema } from '../../telemetry/read-history';
import { procedure, router } from '../init';

export const telemetryRouter = router({
  /** Vitals over an hour, a day or a week, downsampled. */
  history: procedure('gateway.read')
    .input(readHistorySchema)
    .query(({ ctx, input }) => readHistory(ctx.actor, input)),
});
