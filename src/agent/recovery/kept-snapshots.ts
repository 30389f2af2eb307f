import { FINAL_STATES } from '#/domain/jobs/job-machine';
import type { JournalJob } from '../journal/journal-schema';

/** Snapshots that the job still needs: neither time nor number nor an order takes them away. */
export function keptSnapshots(job: JournalJob | null): Set<string> {
  if (job === null || FINAL_STATES.has(job.position.state)) return new Set();
  const { recovery, order } = job;
  const ids = [order.snapshot?.snapshotId];
  if (recovery?.operation === 'restore' || recovery?.operation === 'restore_files') ids.push(recovery.snapshotId);
  if (recovery?.operation === 'factory_reset') ids.push(recovery.backup?.snapshotId);
  return new Set(ids.filter((id) => id !== undefined));
}
