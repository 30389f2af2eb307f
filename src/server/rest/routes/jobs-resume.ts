import { CONTRACT_STATUS } from '#/domain/jobs/contract-status';
import { controlBodySchema, controlResponseSchema } from '#/protocol/rest/jobs';
import { gatewayQuery } from '#/protocol/rest/values';
import { resumeJob } from '../../jobs/resume-job';
import { defineRoute } from '../route';
import { requireSameGateway } from '../same-gateway';

export const jobsResumeRoute = defineRoute({
  method: 'POST',
  path: '/jobs/resume',
  tag: 'Jobs',
  summary: 'Let a paused job go on',
  permission: 'job.control',
  query: gatewayQuery,
  body: controlBodySchema,
  response: controlResponseSchema,
  errors: ['JOB_NOT_FOUND', 'SYSTEM_BUSY', 'NETWORK_UNAVAILABLE'],
  example: { request: { job_id: 'OTA-JOB-8821X4', reason: 'crane is parked again' } },
  run: async ({ actor, body, gatewayIfNamed }) => {
    await requireSameGateway(actor, body.job_id, await gatewayIfNamed());
    const { jobId, state } = await resumeJob(actor, { jobId: body.job_id, reason: body.reason });
    return { status: CONTRACT_STATUS[state], job_id: jobId };
  },
});
