/** What the agent does in the states of a recovery job that an update does not have, or passes otherwise. */
import type { JobOperation } from '#/domain/jobs/operations';
import type { JobState } from '#/domain/jobs/job-machine';
import type { RecoveryOperation } from '#/protocol/mqtt/recovery';
import type { JournalJob } from '../journal/journal-schema';
import { switchSlot } from '../update/boot-steps';
import { JOB_STEPS, type Step } from '../update/job-steps';
import { moveJob } from '../update/move-job';
import { passGate, type StepContext, takeGrants, tellOf } from '../update/pass-gate';
import { EMPTY_SLOT } from '../update/slot-reports';
import { capture, snapshotDetails } from './capture-step';
import { decideRestart, writeFiles } from './files-steps';
import { proveReset, resetting } from './reset-steps';
import { requireSnapshot, requireSlot, restoreFiles, writeFromSnapshot } from './restore-steps';

type OrderOf<O extends RecoveryOperation['operation']> = Extract<RecoveryOperation, { operation: O }>;

/** The step for where the job stands. */
export function stepOf(job: JournalJob): Step {
  const own = job.recovery === undefined ? undefined : RECOVERY_STEPS[job.recovery.operation][job.position.state];
  return own ?? JOB_STEPS[job.position.state];
}

const RECOVERY_STEPS: Record<Exclude<JobOperation, 'update'>, Partial<Record<JobState, Step>>> = {
  snapshot: {
    async accepted(context, job) {
      if (!(await passGate(context, job, 'accepted'))) return true;
      await moveJob(context.deps, 'start_capture', { message: `making snapshot ${orderOf(job, 'snapshot').snapshot.name}` });
      return true;
    },
    async capturing(context, job, signal) {
      if (!(await passAndTake(context, job))) return true;
      const record = await capture(context, job, orderOf(job, 'snapshot').snapshot, signal);
      await moveJob(context.deps, 'complete', { message: `snapshot ${record.name} is made and hashed`, details: snapshotDetails(record) });
      return true;
    },
  },
  rollback: {
    accepted: startVerify,
    async verifying(context, job, signal) {
      const { verify, preserveData } = orderOf(job, 'rollback');
      await onceProven(context, job, async () => {
        if (verify) await requireSlot(context, job, signal, tellOf(context, job));
        if (!preserveData) await restoreFiles(context, job, signal);
      });
      const gate = await passGate(context, job, 'verifying');
      if (gate && (await takeGrants(context, gate))) await switchSlot(context.deps, job, gate);
      return true;
    },
  },
  restore: {
    accepted: startVerify,
    async verifying(context, job, signal) {
      const { snapshotId } = orderOf(job, 'restore');
      await onceProven(context, job, () => requireSnapshot(context.deps, snapshotId, signal, tellOf(context, job)));
      if (!(await passGate(context, job, 'verifying'))) return true;
      const { targetSlot } = job.order;
      await moveJob(context.deps, 'start_write', {
        message: `writing slot ${targetSlot} from snapshot ${snapshotId}`,
        edit: (draft) => {
          draft.slots[targetSlot] = { ...EMPTY_SLOT, bootCount: draft.slots[targetSlot]?.bootCount ?? 0, status: 'writing' };
        },
      });
      return true;
    },
    async writing(context, job, signal) {
      if (!(await passAndTake(context, job))) return true;
      await writeFromSnapshot(context, job, orderOf(job, 'restore').snapshotId, signal);
      return true;
    },
  },
  restore_files: {
    accepted: startVerify,
    async verifying(context, job, signal) {
      const { snapshotId, parts } = orderOf(job, 'restore_files');
      await onceProven(context, job, () => requireSnapshot(context.deps, snapshotId, signal, tellOf(context, job)));
      if (!(await passGate(context, job, 'verifying'))) return true;
      await moveJob(context.deps, 'start_write', {
        message: `unpacking ${parts.join(' and ')} of snapshot ${snapshotId} beside those in place`,
      });
      return true;
    },
    async writing(context, job, signal) {
      if (!(await passAndTake(context, job))) return true;
      await writeFiles(context, job, orderOf(job, 'restore_files'), signal);
      return true;
    },
    written: decideRestart,
  },
  factory_reset: {
    async accepted(context, job) {
      const { backup } = orderOf(job, 'factory_reset');
      if (backup === null) return startReset(context, job, 'no backup was ordered', {});
      if (!(await passGate(context, job, 'accepted'))) return true;
      await moveJob(context.deps, 'start_capture', { message: `making backup ${backup.name} first` });
      return true;
    },
    async capturing(context, job, signal) {
      const { backup } = orderOf(job, 'factory_reset');
      if (backup === null) return startReset(context, job, 'no backup was ordered', {});
      if (!(await passGate(context, job, 'capturing'))) return true;
      const record = await capture(context, job, backup, signal);
      // What was made a moment ago, or before a power cut, is read back: after the wipe it is all there is.
      await onceProven(context, job, () => requireSnapshot(context.deps, record.id, signal, tellOf(context, job)));
      return startReset(context, job, `backup ${record.id} is made and read back`, snapshotDetails(record));
    },
    resetting,
    booted_unconfirmed: proveReset,
  },
};

async function startVerify(context: StepContext, job: JournalJob): Promise<boolean> {
  if (!(await passGate(context, job, 'accepted'))) return true;
  const what = job.recovery?.operation === 'restore_files' ? `snapshot ${job.recovery.snapshotId}` : job.order.version;
  await moveJob(context.deps, 'start_verify', { message: `verifying ${what}` });
  return true;
}

async function startReset(context: StepContext, job: JournalJob, why: string, details: Record<string, unknown>): Promise<boolean> {
  if (!(await passAndTake(context, job))) return true;
  await moveJob(context.deps, 'start_reset', { message: `${why}; resetting ${orderOf(job, 'factory_reset').resetType}`, details });
  return true;
}

/** The crane may stop and start while it is hashed: what was proven is not proven again in this life of the agent. */
async function onceProven(context: StepContext, { order }: JournalJob, prove: () => Promise<unknown>): Promise<void> {
  const key = `${order.jobId}/${order.attempt}`;
  if (context.proven === key) return;
  await prove();
  context.proven = key;
}

async function passAndTake(context: StepContext, job: JournalJob): Promise<boolean> {
  const gate = await passGate(context, job, job.position.state);
  return gate !== null && takeGrants(context, gate);
}

function orderOf<O extends RecoveryOperation['operation']>({ recovery }: JournalJob, operation: O): OrderOf<O> {
  if (recovery?.operation !== operation) throw new Error(`the job is no ${operation}`);
  return recovery as OrderOf<O>;
}
