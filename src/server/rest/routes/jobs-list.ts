import { jobsQuerySchema, jobsResponseSchema } from '#/protocol/rest/jobs';
import { listJobs } from '../../jobs/list-jobs';
import { presentJob } from '../present-job';
import { defineRoute } from '../route';

export const jobsListRoute = defineRoute({
  method: 'GET',
  path: '/jobs',
  tag: 'Jobs',
  summary: 'Jobs of the gateway, newest first',
  permission: 'job.read',
  query: jobsQuerySchema,
  body: null,
  response: jobsResponseSchema,
  run: async ({ actor, query, gateway }) => {
    const { gateway_id: _gatewayId, ...filter } = query;
    const { jobs, summary, nextCursor } = await listJobs(actor, { ...filter, gatewayId: (await gateway()).id });
    return {
      jobs: jobs.map((job) => presentJob(job, new Date())),
      summary: {
        active: summary.active,
        pending: summary.pending,
        completed_today: summary.completedToday,
        failed_today: summary.failedToday,
      },
      ...(nextCursor === null ? {} : { next_cursor: nextCursor }),
    };
  },
});
