/** The snapshot that an update makes before its first write (contract: create_snapshot). */
import type { JobState } from '#/domain/jobs/job-machine';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { operationOf } from '#/domain/jobs/operations';
import { phaseOf } from '#/domain/jobs/phase-deadlines';
import { MAX_SNAPSHOTS } from '#/domain/recovery/retention';
import type { SnapshotOrder } from '#/protocol/mqtt/recovery';
import type { Actor } from '../access/actor';
import type { Tx } from '../db/client';
import type { Job } from '../db/generated/client';
import { hasRoomForSnapshot, keepSnapshotOrder, LIVE_SNAPSHOTS, newSnapshotOrder, orderOfRow } from './snapshot-rows';

/** `skipped`: why there is none although it was asked for. */
export type JobSnapshot = { id: string; skipped: null } | { id: null; skipped: string };

/** The running slot stays as it is during an update: what has to be kept is what the new version may change. */
const CONTENTS: SnapshotOrder['contents'] = ['data', 'config'];
const BEFORE_THE_WRITE: ReadonlySet<JobState> = new Set(['offered', 'accepted', 'downloading', 'downloaded']);

/**
 * Orders it, once per job, or takes it back when it is no longer wanted; null when none was asked for. The caller holds the
 * gateway's lock.
 */
export async function orderJobSnapshot(tx: Tx, actor: Actor, job: Job): Promise<JobSnapshot | null> {
  if (operationOf(job.operation) !== 'update' || job.intent !== 'install') return null;
  const known = await tx.snapshot.findFirst({ where: { jobId: job.id, state: { in: LIVE_SNAPSHOTS } } });
  if (!jobOptionsSchema.parse(job.options).createSnapshot) {
    const taken = { state: 'failed', error: 'it was no longer asked for', finishedAt: new Date() };
    await tx.snapshot.updateMany({ where: { jobId: job.id, state: 'ordered' }, data: taken });
    return null;
  }
  if (known) return { id: known.id, skipped: null };
  const phase = phaseOf({ state: job.state as JobState, heldState: job.heldState as JobState | null });
  if (!BEFORE_THE_WRITE.has(phase)) return { id: null, skipped: 'the slot is written already' };
  const gateway = await tx.gateway.findUniqueOrThrow({
    where: { id: job.gatewayId },
    select: { id: true, siteId: true, activeVersion: true, activeSlot: true },
  });
  if (!(await hasRoomForSnapshot(tx, gateway.id))) return { id: null, skipped: `the gateway keeps ${MAX_SNAPSHOTS} manual ones already` };
  const name = `Before ${job.toVersion}`.slice(0, 120);
  const order = newSnapshotOrder({ name, type: 'automatic', contents: CONTENTS, compression: 'zstd' }, Date.now());
  await keepSnapshotOrder(tx, actor, gateway, order, { jobId: job.id, description: `Made by ${job.id} before its first write` });
  return { id: order.snapshotId, skipped: null };
}

/** What the order of an update says about it. */
export async function snapshotOfJob(tx: Tx, job: Job): Promise<SnapshotOrder | null> {
  if (operationOf(job.operation) !== 'update') return null;
  const row = await tx.snapshot.findFirst({ where: { jobId: job.id, state: 'ordered' }, orderBy: { createdAt: 'desc' } });
  return row === null ? null : orderOfRow(row);
}

/** The rows of snapshots that a job makes follow it; that one is there is only ever said by the gateway's own list. */
export async function followSnapshotJob(
  tx: Tx,
  job: { id: string },
  move: { event: string; to: { state: string }; message: string; at: Date },
): Promise<void> {
  if (move.event === 'start_capture') {
    await tx.snapshot.updateMany({ where: { jobId: job.id, state: 'ordered' }, data: { state: 'creating' } });
  } else if (['failed', 'cancelled', 'rolled_back'].includes(move.to.state)) {
    const data = { state: 'failed', error: move.message.slice(0, 500), finishedAt: move.at };
    await tx.snapshot.updateMany({ where: { jobId: job.id, state: { in: ['ordered', 'creating'] } }, data });
  }
}
