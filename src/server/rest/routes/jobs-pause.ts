import { controlBodySchema, controlResponseSchema } from '#/protocol/rest/jobs';
import { gatewayQuery } from '#/protocol/rest/values';
import { pauseJob } from '../../jobs/pause-job';
import { defineRoute } from '../route';
import { requireSameGateway } from '../same-gateway';

export const jobsPauseRoute = defineRoute({
  method: 'POST',
  path: '/jobs/pause',
  tag: 'Jobs',
  summary: 'Pause a running job',
  permission: 'job.control',
  query: gatewayQuery,
  body: controlBodySchema,
  response: controlResponseSchema,
  errors: ['JOB_NOT_FOUND', 'SYSTEM_BUSY', 'NETWORK_UNAVAILABLE'],
  example: { request: { job_id: 'OTA-JOB-8821X4', reason: 'crane is needed' } },
  run: async ({ actor, body, gatewayIfNamed }) => {
    await requireSameGateway(actor, body.job_id, await gatewayIfNamed());
    const { jobId, state } = await pauseJob(actor, { jobId: body.job_id, reason: body.reason });
    return { status: state, job_id: jobId };
  },
});
