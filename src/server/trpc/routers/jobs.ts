import { z } from 'zod';
import { browseJobEvents, browseJobEventsSchema } from '../../jobs/browse-job-events';
import { browseJobs, browseJobsSchema } from '../../jobs/browse-jobs';
import { cancelJob } from '../../jobs/cancel-job';
import { decideFromScreen, decideFromScreenSchema } from '../../jobs/decide-job';
import { pauseJob } from '../../jobs/pause-job';
import { readJob } from '../../jobs/read-job';
import { resumeJob } from '../../jobs/resume-job';
import { procedure, router } from '../init';

const oneJob = z.object({ jobId: z.string().min(1).max(64) });
const control = oneJob.extend({ reason: z.string().trim().max(500) });

export const jobsRouter = router({
  /** One page of jobs, newest first; use as an infinite query. */
  browse: procedure('job.read')
    .input(browseJobsSchema)
    .query(({ ctx, input }) => browseJobs(ctx.actor, input)),
  /** One job with its phases and what holds it. */
  byId: procedure('job.read')
    .input(oneJob)
    .query(({ ctx, input }) => readJob(ctx.actor, input.jobId)),
  /** A job's timeline, newest first; use as an infinite query. */
  events: procedure('job.read')
    .input(browseJobEventsSchema)
    .query(({ ctx, input }) => browseJobEvents(ctx.actor, input)),
  /** Each answers when the agent has agreed, or says why not. */
  pause: procedure('job.control')
    .input(control)
    .mutation(({ ctx, input }) => pauseJob(ctx.actor, input)),
  resume: procedure('job.control')
    .input(control)
    .mutation(({ ctx, input }) => resumeJob(ctx.actor, input)),
  cancel: procedure('job.control')
    .input(control.extend({ reason: z.string().trim().min(3).max(500), cleanup: z.boolean().default(true) }))
    .mutation(({ ctx, input }) => cancelJob(ctx.actor, input)),
  /** Of a version that is not healthy and waits for a person. */
  decide: procedure('recovery.rollback')
    .input(decideFromScreenSchema)
    .mutation(({ ctx, input }) => decideFromScreen(ctx.actor, input)),
});
