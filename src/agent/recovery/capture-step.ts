/** The snapshot as a step of a job: alone, before an update, or as the backup before a reset. */
import type { SnapshotOrder } from '#/protocol/mqtt/recovery';
import type { JournalJob } from '../journal/journal-schema';
import { isDiskFull } from '../storage/storage';
import { StepFailure } from '../update/engine-deps';
import { moveJob } from '../update/move-job';
import { passGate, type StepContext, tellOf } from '../update/pass-gate';
import { captureSnapshot, measureContents } from './capture-snapshot';
import { keptSnapshots } from './kept-snapshots';
import type { SnapshotRecord } from './snapshot-store';

/** Makes it, or finds that it is made. A disk that fills up fails the job, and leaves nothing of the snapshot. */
export async function capture(context: StepContext, job: JournalJob, order: SnapshotOrder, signal: AbortSignal): Promise<SnapshotRecord> {
  const { deps } = context;
  const { snapshots } = deps.recovery;
  const kept = keptSnapshots(job);
  if (snapshots.find(order.snapshotId) === null) {
    await snapshots.sweep(kept);
    const full = snapshots.refusal(order.type, kept);
    if (full !== null) throw new StepFailure('SYSTEM_BUSY', full);
  }
  const total = Math.max(1, await measureContents(deps, order.contents));
  const tell = tellOf(context, job);
  try {
    const record = await captureSnapshot(deps, order, signal, (done) => tell({ percent: (done * 100) / total, bytesDone: done }));
    // Only now: the oldest does not go before the newest is there.
    await snapshots.sweep(new Set([...kept, record.id]));
    return record;
  } catch (error) {
    if (isDiskFull(error)) throw new StepFailure('INSUFFICIENT_DISK_SPACE', `the disk filled up while ${order.name} was made`);
    throw error;
  }
}

export function snapshotDetails({ id, sha256, sizeBytes, contents, bootable }: SnapshotRecord): Record<string, unknown> {
  return { snapshotId: id, sha256, sizeBytes, contents, bootable };
}

/** An update's own snapshot. Unless it is required the update goes on without it, and says so. */
export async function captureBeforeWrite(context: StepContext, job: JournalJob, signal: AbortSignal): Promise<boolean> {
  const order = job.order.snapshot;
  if (order && !(await passGate(context, job, 'capturing'))) return true;
  const message = 'hashing the downloaded image';
  try {
    const record = order ? await capture(context, job, order, signal) : null;
    await moveJob(context.deps, 'start_verify', { message, details: record === null ? {} : snapshotDetails(record) });
  } catch (error) {
    if (signal.aborted || order?.required === true) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    await context.log('warning', 'recovery', `the snapshot before ${job.order.version} was not made: ${reason}`);
    await moveJob(context.deps, 'start_verify', { message, details: { snapshotFailed: reason } });
  }
  return true;
}
