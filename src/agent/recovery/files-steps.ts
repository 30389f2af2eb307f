/**
 * Data and configuration of a snapshot put back under the version that runs: what is written waits beside the folders in
 * place, and comes in at the next start (files-settle.ts). Until the restart is decided anyone may stop it, and nothing has changed.
 */
import type { RecoveryOperation } from '#/protocol/mqtt/recovery';
import type { JournalJob } from '../journal/journal-schema';
import { GATE_MAX_AGE_MS } from '../update/boot-steps';
import type { Step } from '../update/job-steps';
import { moveJob } from '../update/move-job';
import { passGate, type StepContext, takeGrants, tellOf } from '../update/pass-gate';
import { requireSnapshot, whileRoom } from './restore-steps';
import { unpackSnapshot } from './unpack-snapshot';

export type FilesOrder = Extract<RecoveryOperation, { operation: 'restore_files' }>;
/** Share of the writing phase that is the hash; the rest is unpacking. */
const HASH_SHARE = 0.4;

/** Hashed right before it is unpacked, whatever was proven hours ago: what is written here is compared with nothing else. */
export async function writeFiles(context: StepContext, job: JournalJob, order: FilesOrder, signal: AbortSignal): Promise<void> {
  const { deps } = context;
  const { snapshotId, parts } = order;
  const tell = tellOf(context, job);
  const total = Math.max(1, job.order.sizeBytes);
  const record = await requireSnapshot(deps, snapshotId, signal, ({ percent = 0 }) =>
    tell({ percent: percent * HASH_SHARE, bytesDone: 0 }),
  );
  const onBytes = (done: number) =>
    tell({ percent: Math.min(100, (HASH_SHARE + ((1 - HASH_SHARE) * done) / total) * 100), bytesDone: Math.min(done, total) });
  await whileRoom(() => unpackSnapshot(deps, record, parts, null, signal, onBytes));
  await moveJob(deps, 'finish_write', {
    message: `${parts.join(' and ')} of snapshot ${snapshotId} unpacked beside those in place, for the restart`,
    details: { snapshotId, parts },
    edit: (_draft, moved) => {
      moved.writtenAt = new Date(deps.clock.nowMs()).toISOString();
    },
  });
}

/** The last gate before there is no stopping it: from here on every start is with the restored files. */
export const decideRestart: Step = async (context, job) => {
  const { deps } = context;
  const gate = await passGate(context, job, 'written');
  if (!gate || !(await takeGrants(context, gate))) return true;
  if (deps.clock.monotonicMs() - gate.sampledAtMs > GATE_MAX_AGE_MS) return true;
  await moveJob(deps, 'switch_slot', {
    message: 'the gateway starts with the restored files next',
    edit: (_draft, moved) => {
      moved.switchedIn = deps.slots.bootId;
    },
  });
  return true;
};
