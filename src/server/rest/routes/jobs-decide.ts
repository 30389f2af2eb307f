import { decideBodySchema, decideResponseSchema } from '#/protocol/rest/jobs';
import { gatewayQuery } from '#/protocol/rest/values';
import { decideJob } from '../../jobs/decide-job';
import { defineRoute } from '../route';
import { requireSameGateway } from '../same-gateway';

export const jobsDecideRoute = defineRoute({
  method: 'POST',
  path: '/jobs/decide',
  tag: 'Jobs',
  summary: 'Keep or leave a new version that is not healthy, where auto_rollback is off',
  permission: 'recovery.rollback',
  query: gatewayQuery,
  body: decideBodySchema,
  response: decideResponseSchema,
  errors: ['JOB_NOT_FOUND', 'SYSTEM_BUSY', 'NETWORK_UNAVAILABLE'],
  example: { request: { job_id: 'OTA-JOB-8821X4', decision: 'roll_back', reason: 'the PLC does not answer' } },
  run: async ({ actor, body, gatewayIfNamed }) => {
    await requireSameGateway(actor, body.job_id, await gatewayIfNamed());
    const { jobId, decision, message } = await decideJob(actor, { jobId: body.job_id, decision: body.decision, reason: body.reason });
    return { status: decision === 'keep' ? ('keeping' as const) : ('rolling_back' as const), job_id: jobId, message };
  },
});
