import { progressQuerySchema, progressResponseSchema } from '#/protocol/rest/updates';
import { readProgress } from '../../jobs/read-progress';
import { presentProgress } from '../present-progress';
import { defineRoute } from '../route';
import { requireSameGateway } from '../same-gateway';

export const updatesProgressRoute = defineRoute({
  method: 'GET',
  path: '/updates/progress',
  tag: 'Updates',
  summary: 'Where a job stands, and why it does not go on',
  permission: 'job.read',
  query: progressQuerySchema,
  body: null,
  response: progressResponseSchema,
  errors: ['JOB_NOT_FOUND'],
  run: async ({ actor, query, gateway, gatewayIfNamed }) => {
    if (query.job_id === undefined) return presentProgress(await readProgress(actor, { gatewayId: (await gateway()).id }));
    await requireSameGateway(actor, query.job_id, await gatewayIfNamed());
    return presentProgress(await readProgress(actor, { jobId: query.job_id }));
  },
});
