/** How much room on the disk a step needs, for the gate before it. */
import type { JobState } from '#/domain/jobs/job-machine';
import type { JournalJob } from '../journal/journal-schema';
import type { EngineDeps } from '../update/engine-deps';
import { bytesToStore } from '../update/image-steps';
import { measureContents } from './capture-snapshot';

export async function roomFor(deps: EngineDeps, job: JournalJob, state: JobState): Promise<number> {
  const { recovery } = job;
  const { snapshots } = deps.recovery;
  if (recovery === undefined) {
    if (state === 'capturing' && job.order.snapshot && snapshots.find(job.order.snapshot.snapshotId) === null) {
      return measureContents(deps, job.order.snapshot.contents);
    }
    return state === 'accepted' || state === 'downloading' ? bytesToStore(deps, job) : 0;
  }
  const order = recovery.operation === 'snapshot' ? recovery.snapshot : recovery.operation === 'factory_reset' ? recovery.backup : null;
  if (order !== null && (state === 'accepted' || state === 'capturing')) {
    return snapshots.find(order.snapshotId) === null ? measureContents(deps, order.contents) : 0;
  }
  // The image goes to a slot of its own; the files wait beside those in place.
  const puts = recovery.operation === 'restore' || recovery.operation === 'restore_files';
  if (puts && (state === 'accepted' || state === 'verifying' || state === 'writing')) {
    return snapshots.find(recovery.snapshotId)?.filesBytes ?? 0;
  }
  return 0;
}
