/** Jobs of releases that were withdrawn, or whose signature does not count any more, that have not begun to write: cancelled, each by itself. */
import type { JobState } from '#/domain/jobs/job-machine';
import { systemActor } from '../access/actor';
import { logger } from '../config/logger';
import { getDb } from '../db/client';
import { orderCancel } from '../jobs/cancel-job';

/** Nothing of the inactive slot is overwritten yet in these. */
const UNWRITTEN: JobState[] = ['offered', 'accepted', 'downloading', 'downloaded', 'capturing', 'verifying'];

/** Returns how many cancels were ordered. The gateway's answer counts: one that began to write meanwhile goes on. */
export async function cancelWithdrawnJobs(releaseId?: string): Promise<number> {
  const jobs = await getDb().job.findMany({
    where: {
      finishedAt: null,
      // A cancel that was ordered is not ordered twice.
      OR: [{ requestedAction: null }, { requestedAction: { not: 'cancel' } }],
      release: { OR: [{ state: 'withdrawn' }, { signature: 'invalid' }], ...(releaseId === undefined ? {} : { id: releaseId }) },
      AND: { OR: [{ state: { in: UNWRITTEN } }, { state: { in: ['waiting', 'paused'] }, heldState: { in: UNWRITTEN } }] },
    },
    orderBy: { createdAt: 'asc' },
    take: 200,
    select: { id: true, toVersion: true, release: { select: { state: true } } },
  });
  let ordered = 0;
  for (const { id, toVersion, release } of jobs) {
    try {
      await orderCancel(systemActor('controller'), {
        jobId: id,
        reason: release?.state === 'withdrawn' ? `${toVersion} was withdrawn` : `the signature of ${toVersion} does not count any more`,
      });
      ordered += 1;
    } catch (error) {
      logger.warn({ jobId: id, reason: (error as Error).message }, 'releases: a job of a withdrawn release could not be cancelled');
    }
  }
  return ordered;
}
