import { browseJobs, browseJobsSchema } from '../../jobs/browse-jobs';
import { procedure, router } from '../init';

export const jobsRouter = router({
  /** One page of jobs, newest first; use as an infinite query. */
  browse: procedure('job.read')
    .input(browseJobsSchema)
    .query(({ ctx, input }) => browseJobs(ctx.actor, input)),
});
