/**
 * A recovery order in the shape of a deploy, so that gates, reports, switch and boot are the same code for every job.
 * What has no image names none: 64 zeros, which no image has.
 */
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import type { z } from 'zod';
import type { RecoveryOperation, recoveryStartSchema, SnapshotOrder } from '#/protocol/mqtt/recovery';
import { otherSlot } from '../bootloader/decide-boot';
import type { JournalJob } from '../journal/journal-schema';
import type { CommandResult } from '../ports';
import type { EngineDeps } from '../update/engine-deps';
import { measureContents } from './capture-snapshot';
import type { SnapshotRecord } from './snapshot-store';
import { belowFloor, versionInSlot } from './rollback-floor';

export type RecoveryStart = z.infer<typeof recoveryStartSchema>;
type OrderOf<O extends RecoveryOperation['operation']> = Extract<RecoveryOperation, { operation: O }>;
type Refusal = Pick<CommandResult, 'code' | 'message'>;
type Target = Pick<JournalJob['order'], 'version' | 'targetSlot' | 'sha256' | 'sizeBytes'>;

const NO_IMAGE = '0'.repeat(64);

/** What the job is about, or why it cannot be carried out here. */
export async function judgeRecovery(deps: EngineDeps, { recovery }: RecoveryStart): Promise<Target | Refusal> {
  const measure = async (order: SnapshotOrder | null) => Math.max(1, order === null ? 0 : await measureContents(deps, order.contents));
  switch (recovery.operation) {
    case 'snapshot': {
      const { snapshots } = deps.recovery;
      const { type, snapshotId } = recovery.snapshot;
      const full = snapshots.find(snapshotId) === null ? snapshots.refusal(type, new Set()) : null;
      return full === null ? imageless(deps, await measure(recovery.snapshot)) : refuse('RECOVERY_REFUSED', full);
    }
    case 'rollback':
      return judgeRollback(deps, recovery);
    case 'restore':
      return judgeRestore(deps, recovery);
    case 'restore_files':
      return judgeFiles(deps, recovery);
    case 'factory_reset':
      return imageless(deps, await measure(recovery.backup));
  }
}

async function imageless({ slots }: EngineDeps, sizeBytes: number): Promise<Target> {
  const version = (await slots.booted()).version ?? 'unknown';
  return { version, targetSlot: otherSlot(slots.activeSlot), sha256: NO_IMAGE, sizeBytes };
}

async function judgeRollback(deps: EngineDeps, { targetSlot, version }: OrderOf<'rollback'>): Promise<Target | Refusal> {
  const { slots, journal } = deps;
  if (targetSlot === slots.activeSlot) return refuse('TARGET_IS_ACTIVE_SLOT', `slot ${targetSlot} is the running one`);
  const record = journal.read().slots[targetSlot];
  const found = record?.version ?? (await slots.versionIn(targetSlot)) ?? 'nothing';
  if (record !== null && record.status !== 'ready') {
    return refuse('RECOVERY_REFUSED', `slot ${targetSlot} is ${record.status} and cannot be gone back to`);
  }
  if (found !== version) return refuse('RECOVERY_REFUSED', `slot ${targetSlot} holds ${found}, not ${version}`);
  const old = belowFloor(deps, await versionInSlot(slots, targetSlot));
  if (old !== null) return refuse('RECOVERY_REFUSED', `slot ${targetSlot} is not gone back to: ${old}`);
  const sizeBytes = record?.usedBytes || ((await slots.imageBytes(targetSlot)) ?? (await slots.capacityBytes(targetSlot)));
  return { version, targetSlot, sha256: record?.sha256 ?? NO_IMAGE, sizeBytes: Math.max(1, sizeBytes) };
}

/** The snapshot as it was ordered, or why it is not. */
function orderedSnapshot(
  { recovery }: EngineDeps,
  { snapshotId, sha256 }: { snapshotId: string; sha256: string },
): SnapshotRecord | Refusal {
  const record = recovery.snapshots.find(snapshotId);
  if (record === null) return refuse('SNAPSHOT_UNKNOWN', `there is no snapshot ${snapshotId} here`);
  if (record.state === 'damaged') return refuse('RECOVERY_REFUSED', `snapshot ${snapshotId} is damaged`);
  if (record.sha256 !== sha256) return refuse('RECOVERY_REFUSED', `snapshot ${snapshotId} is not the one that was ordered`);
  return record;
}

/** The version that runs stays: the rollback floor is no matter of files. */
async function judgeFiles(deps: EngineDeps, order: OrderOf<'restore_files'>): Promise<Target | Refusal> {
  const record = orderedSnapshot(deps, order);
  if ('code' in record) return record;
  const missing = order.parts.filter((part) => !record.contents.includes(part));
  if (missing.length > 0) return refuse('RECOVERY_REFUSED', `snapshot ${order.snapshotId} does not hold ${missing.join(' and ')}`);
  return { ...(await imageless(deps, Math.max(1, record.filesBytes))), targetSlot: deps.slots.activeSlot };
}

async function judgeRestore(deps: EngineDeps, order: OrderOf<'restore'>): Promise<Target | Refusal> {
  const { slots } = deps;
  const { targetSlot, snapshotId, version } = order;
  const record = orderedSnapshot(deps, order);
  if ('code' in record) return record;
  if (record.version !== version) return refuse('RECOVERY_REFUSED', `snapshot ${snapshotId} is of ${record.version}, not of ${version}`);
  if (record.image === null || !record.bootable)
    return refuse('RECOVERY_REFUSED', `snapshot ${snapshotId} holds no image that can be started`);
  const old = belowFloor(deps, version);
  if (old !== null) return refuse('RECOVERY_REFUSED', `snapshot ${snapshotId} is not restored: ${old}`);
  if (targetSlot === slots.activeSlot) return refuse('TARGET_IS_ACTIVE_SLOT', `slot ${targetSlot} is the running one`);
  const capacity = await slots.capacityBytes(targetSlot);
  const { sizeBytes } = record.image;
  if (sizeBytes > capacity) return refuse('SLOT_TOO_SMALL', `slot ${targetSlot} takes ${capacity} bytes, the image has ${sizeBytes}`);
  return { version, targetSlot, sha256: record.image.sha256, sizeBytes };
}

export function orderOf(body: RecoveryStart, target: Target): JournalJob['order'] {
  const { jobId, attempt, strategy, notBeforeAt, windowEndsAt, autoRollback } = body;
  return {
    name: 'job.deploy',
    jobId,
    attempt,
    intent: 'install',
    strategy,
    artifactPath: '/',
    options: jobOptionsSchema.parse({ autoRollback }),
    notBeforeAt,
    windowEndsAt,
    ...target,
  };
}

function refuse(code: CommandResult['code'], message: string): Refusal {
  return { code, message };
}
