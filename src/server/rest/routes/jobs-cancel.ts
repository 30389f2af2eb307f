import { cancelBodySchema, cancelResponseSchema } from '#/protocol/rest/jobs';
import { gatewayQuery } from '#/protocol/rest/values';
import { cancelJob } from '../../jobs/cancel-job';
import { defineRoute } from '../route';
import { requireSameGateway } from '../same-gateway';

export const jobsCancelRoute = defineRoute({
  method: 'POST',
  path: '/jobs/cancel',
  tag: 'Jobs',
  summary: 'Cancel a job; refused once the bootloader is switched',
  permission: 'job.control',
  query: gatewayQuery,
  body: cancelBodySchema,
  response: cancelResponseSchema,
  errors: ['JOB_NOT_FOUND', 'SYSTEM_BUSY', 'NETWORK_UNAVAILABLE'],
  example: { request: { job_id: 'OTA-JOB-8821X4', reason: 'wrong version' } },
  run: async ({ actor, body, gatewayIfNamed }) => {
    await requireSameGateway(actor, body.job_id, await gatewayIfNamed());
    const cancelled = await cancelJob(actor, { jobId: body.job_id, reason: body.reason, cleanup: body.cleanup });
    return {
      status: cancelled.state,
      job_id: cancelled.jobId,
      message: cancelled.message,
      cleanup_performed: cancelled.cleanupPerformed,
      partial_data_removed: cancelled.partialDataRemoved,
      can_restart: cancelled.canRestart,
    };
  },
});
