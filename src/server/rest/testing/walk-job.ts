import { applyJobEvent, type JobEventName, type JobState } from '#/domain/jobs/job-machine';
import { operationOf } from '#/domain/jobs/operations';
import { systemActor } from '../../access/actor';
import { getDb } from '../../db/client';
import { moveJob } from '../../jobs/move-job';

/** Moves a job through events of the domain's table, as the ingest does with the reports of an agent. */
export async function walkJob(jobId: string, events: JobEventName[], extra: { errorCode?: string; message?: string } = {}): Promise<void> {
  for (const event of events) {
    await getDb().$transaction(async (tx) => {
      const job = await tx.job.findUniqueOrThrow({ where: { id: jobId } });
      const position = { state: job.state as JobState, heldState: job.heldState as JobState | null };
      const to = applyJobEvent(position, event, operationOf(job.operation));
      if (!to) throw new Error(`${event} is not possible in ${job.state}`);
      await moveJob(tx, systemActor('test agent'), job, { event, to, at: new Date(), message: extra.message ?? event, ...extra });
    });
  }
}
