/** What the server may ask of recovery besides a job: snapshots to remove. Orders of jobs are judged in recovery-order.ts. */
import type { z } from 'zod';
import type { snapshotDeleteSchema } from '#/protocol/mqtt/recovery';
import type { CommandResult } from '../ports';
import type { EngineDeps } from '../update/engine-deps';
import { keptSnapshots } from './kept-snapshots';

/** Those that are gone already are as good as removed; one that the running job needs stays, and so do the others then. */
export async function deleteSnapshots(deps: EngineDeps, { snapshotIds }: z.infer<typeof snapshotDeleteSchema>): Promise<CommandResult> {
  const job = deps.journal.read().job;
  const kept = keptSnapshots(job);
  const needed = snapshotIds.filter((id) => kept.has(id));
  if (needed.length > 0) {
    return { code: 'RECOVERY_REFUSED', message: `job ${job?.order.jobId} needs ${needed.join(', ')}` };
  }
  const removed = await deps.recovery.snapshots.remove(snapshotIds);
  return { code: 'OK', message: `${removed} snapshots are removed`, details: { removed } };
}
