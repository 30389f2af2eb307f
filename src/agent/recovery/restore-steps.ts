/** Putting back: what is proven before, what is written, and what waits for the boot. */
import type { StepContext } from '../update/pass-gate';
import { tellOf } from '../update/pass-gate';
import type { JournalJob } from '../journal/journal-schema';
import { STATE_PARTS } from '#/protocol/mqtt/recovery';
import { hashFile } from '../download/part-file';
import { isDiskFull } from '../storage/storage';
import { EMPTY_SLOT } from '../update/slot-reports';
import { type EngineDeps, StepFailure } from '../update/engine-deps';
import { moveJob } from '../update/move-job';
import type { PhaseProgress } from '../update/progress-meter';
import { belowFloor, versionInSlot } from './rollback-floor';
import type { SnapshotRecord } from './snapshot-store';
import { unpackSnapshot } from './unpack-snapshot';

type Tell = (progress: PhaseProgress) => void;
/** Share of the writing phase that is the write; the rest is reading back. */
const WRITE_SHARE = 0.7;

/** The snapshot, its whole file hashed now. Fails the job when it is gone or damaged. */
export async function requireSnapshot({ recovery }: EngineDeps, id: string, signal: AbortSignal, tell: Tell): Promise<SnapshotRecord> {
  const record = recovery.snapshots.find(id);
  if (record === null) throw new StepFailure('NOT_FOUND', `there is no snapshot ${id} on the gateway any more`);
  const onBytes = (done: number) => tell({ percent: (done * 100) / Math.max(1, record.sizeBytes), bytesDone: done });
  const whole = record.state === 'ready' && (await recovery.snapshots.verify(id, signal, onBytes));
  if (!whole) throw new StepFailure('CHECKSUM_MISMATCH', `snapshot ${id} is damaged and is not used`, { where: 'snapshot' });
  return record;
}

/** The slot to go back to still holds what was written to it; of one that came from the factory the first look is what counts. */
export async function requireSlot(context: StepContext, { order }: JournalJob, signal: AbortSignal, tell: Tell): Promise<void> {
  const { deps } = context;
  const { targetSlot, sizeBytes, version } = order;
  const record = deps.journal.read().slots[targetSlot] ?? { ...EMPTY_SLOT, status: 'ready' as const, version, usedBytes: sizeBytes };
  const slot = await deps.slots.openForRead(targetSlot);
  const onBytes = (done: number) => tell({ percent: (done * 100) / sizeBytes, bytesDone: done });
  const actual = await hashFile(slot, sizeBytes, signal, onBytes).finally(() => slot.close());
  const learnt = record.sha256 === null && actual !== null;
  if (actual !== null && actual === record.sha256) return;
  await deps.journal.update((draft) => {
    draft.slots[targetSlot] = learnt ? { ...record, sha256: actual } : { ...record, status: 'failed' };
  });
  if (!learnt) {
    throw new StepFailure('CHECKSUM_MISMATCH', `slot ${targetSlot} does not hold what was written to it`, { where: 'slot', actual });
  }
  await context.log(
    'warning',
    'recovery',
    `slot ${targetSlot} is readable, but there was nothing to compare it with: its boot must prove it`,
  );
}

/** The data of when the other version ran last, from the newest automatic snapshot of it; it is put in place at the boot. */
export async function restoreFiles(context: StepContext, job: JournalJob, signal: AbortSignal): Promise<void> {
  const { deps } = context;
  const then = deps.recovery.snapshots
    .list()
    .findLast((one) => one.type === 'automatic' && one.version === job.order.version && one.contents.includes('data'));
  if (then === undefined) {
    await context.log('warning', 'recovery', `there is no automatic snapshot of ${job.order.version}: the data stays as it is`);
    return;
  }
  const record = await requireSnapshot(deps, then.id, signal, tellOf(context, job));
  await whileRoom(() => unpackSnapshot(deps, record, ['data'], null, signal, () => {}));
}

/** Image to the inactive slot, files beside those in place; read back, and then one move says that all of it is there. */
export async function writeFromSnapshot(context: StepContext, job: JournalJob, id: string, signal: AbortSignal): Promise<void> {
  const { deps } = context;
  const { targetSlot, sizeBytes, sha256, version } = job.order;
  const tell = tellOf(context, job);
  const record = deps.recovery.snapshots.find(id);
  if (record === null) throw new StepFailure('NOT_FOUND', `there is no snapshot ${id} on the gateway any more`);
  const total = Math.max(1, sizeBytes + record.filesBytes);
  const slot = await deps.slots.openForWrite(targetSlot);
  try {
    const onBytes = (done: number) => tell({ percent: (done * WRITE_SHARE * 100) / total, bytesDone: Math.min(done, sizeBytes) });
    await whileRoom(() => unpackSnapshot(deps, record, STATE_PARTS, slot, signal, onBytes));
  } finally {
    await slot.close();
  }
  const written = await deps.slots.openForRead(targetSlot);
  try {
    const share = (done: number) => (WRITE_SHARE + ((1 - WRITE_SHARE) * done) / sizeBytes) * 100;
    const actual = await hashFile(written, sizeBytes, signal, (done) => tell({ percent: share(done), bytesDone: sizeBytes }));
    if (actual !== sha256) {
      throw new StepFailure('CHECKSUM_MISMATCH', `slot ${targetSlot} does not give back what was written`, { where: 'slot', actual });
    }
  } finally {
    await written.close();
  }
  const old = belowFloor(deps, await versionInSlot(deps.slots, targetSlot));
  if (old !== null) throw new StepFailure('SIGNATURE_INVALID', `snapshot ${id} is not restored: ${old}`);
  await moveJob(deps, 'finish_write', {
    message: `slot ${targetSlot} holds ${version} of snapshot ${id}, read back and compared; its files wait for the boot`,
    details: { slot: targetSlot, sha256, snapshotId: id },
    edit: (draft, moved) => {
      const bootCount = draft.slots[targetSlot]?.bootCount ?? 0;
      draft.slots[targetSlot] = { status: 'ready', version, sha256, usedBytes: sizeBytes, bootCount };
      moved.writtenAt = new Date(deps.clock.nowMs()).toISOString();
    },
  });
}

export async function whileRoom(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (isDiskFull(error)) throw new StepFailure('INSUFFICIENT_DISK_SPACE', 'the disk filled up while the snapshot was unpacked');
    throw error;
  }
}
