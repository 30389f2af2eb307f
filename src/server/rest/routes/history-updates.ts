import { historyQuerySchema, historyResponseSchema } from '#/protocol/rest/history';
import { updateHistory } from '../../jobs/update-history';
import { presentEntry, presentStatistics } from '../present-history';
import { defineRoute } from '../route';

export const historyUpdatesRoute = defineRoute({
  method: 'GET',
  path: '/history/updates',
  tag: 'History',
  summary: 'Updates of the gateway that are over, and how they went',
  permission: 'job.read',
  query: historyQuerySchema,
  body: null,
  response: historyResponseSchema,
  run: async ({ actor, query, gateway }) => {
    const { gateway_id: _gatewayId, ...filter } = query;
    const { entries, statistics, nextCursor } = await updateHistory(actor, { ...filter, gatewayId: (await gateway()).id });
    return {
      history: entries.map(presentEntry),
      statistics: presentStatistics(statistics),
      ...(nextCursor === null ? {} : { next_cursor: nextCursor }),
    };
  },
});
