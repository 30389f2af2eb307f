import type { z } from 'zod';
import { logsQuerySchema, logsResponseSchema } from '#/protocol/rest/monitor';
import { queryLogs } from '../../logs/query-logs';
import { defineRoute } from '../route';

type Entry = z.input<typeof logsResponseSchema>['logs'][number];

export const monitorLogsRoute = defineRoute({
  method: 'GET',
  path: '/monitor/logs',
  tag: 'Monitoring',
  summary: 'What the gateway has logged, newest first',
  permission: 'log.read',
  query: logsQuerySchema,
  body: null,
  response: logsResponseSchema,
  run: async ({ actor, query, gateway }) => {
    const { gateway_id: _gatewayId, ...filter } = query;
    const { rows, counts } = await queryLogs(actor, { ...filter, gatewayId: (await gateway()).id });
    const { total, ...levels } = counts;
    return {
      logs: rows.map((row) => ({
        timestamp: row.at.toISOString(),
        level: row.level as Entry['level'],
        source: row.source as Entry['source'],
        message: row.message,
        details: row.details,
      })),
      total,
      filtered: query.level === undefined ? levels.info + levels.warning + levels.error + levels.debug : levels[query.level],
      levels,
    };
  },
});
