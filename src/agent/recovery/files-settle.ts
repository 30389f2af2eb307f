/**
 * Restored files at the start of the agent: they come in, or the former ones come back, before anything else is done. What is in
 * place is the one or the other at every start, as the journal says it; a restart by a power cut is a restart like any other.
 * Later in a boot nothing changes places any more: what a start could not do, the next one does, which is asked for under the gates.
 */
import { DEFAULT_BOOT_LIMIT } from '../bootloader/decide-boot';
import type { JournalJob } from '../journal/journal-schema';
import type { EngineDeps } from '../update/engine-deps';
import { moveJob } from '../update/move-job';
import { bringFoldersIn, foldersStand, putFoldersBack } from './settle-folders';

/** `atStart`: nothing runs yet; else the start could not be settled, on a full disk, and it is tried again while the crane may work. */
export async function settleFiles(deps: EngineDeps, job: JournalJob, atStart: boolean): Promise<void> {
  const { bootId } = deps.slots;
  const { state } = job.position;
  const mayMove = async (beside: 'waiting' | 'former') => atStart || !(await foldersStand(deps, beside));
  if (state === 'boot_pending') {
    if (job.rollback !== null) {
      // Given up before the restart, or at one that could not bring them in.
      if (await mayMove('former')) return recordFormerFiles(deps, job);
    } else {
      if (job.switchedIn === bootId) return;
      if (await mayMove('waiting')) return bootWithFiles(deps, job);
    }
    await deps.journal.update((draft) => {
      if (draft.job) draft.job.switchedIn = bootId;
    });
  } else if (state === 'booted_unconfirmed') {
    const left = job.rollback === null ? await countStart(deps, job) : job;
    // A decision of this boot is carried out by the restart that is still to come.
    if (left?.rollback == null || left.rollback.bootId === bootId) return;
    if (await mayMove('former')) return recordFormerFiles(deps, left);
    await deps.journal.update((draft) => {
      if (draft.job?.rollback) draft.job.rollback.bootId = bootId;
    });
  }
}

async function bootWithFiles(deps: EngineDeps, job: JournalJob): Promise<void> {
  const { bootId } = deps.slots;
  try {
    await bringFoldersIn(deps, job);
  } catch (error) {
    // A folder that is a mount point, or that somebody took away: no other start will do better, and nothing counts them yet.
    const why = error instanceof Error ? error.message : String(error);
    return recordFormerFiles(deps, await decideBack(deps, job, `the restored files could not be put in place: ${why}`));
  }
  const version = (await deps.slots.booted()).version;
  await moveJob(deps, 'boot', {
    message: `the gateway has restarted with the restored files, under ${version ?? 'an unknown version'}`,
    details: { version, bootId },
    edit: (_draft, moved) => {
      moved.filesBoots = { last: bootId, count: 1 };
    },
  });
}

/**
 * No bootloader counts these boots. Files with which the gateway goes down again and again are left all the same; boots in which
 * it was healthy, and what was seen held it, do not count (update/keep-when-clear.ts). Resolves with the job that goes back, or null.
 */
async function countStart(deps: EngineDeps, job: JournalJob): Promise<JournalJob | null> {
  const { bootId } = deps.slots;
  const { last, count } = job.filesBoots ?? { last: bootId, count: 1 };
  if (last === bootId) return null;
  if (count < DEFAULT_BOOT_LIMIT) {
    await deps.journal.update((draft) => {
      if (draft.job) draft.job.filesBoots = { last: bootId, count: count + 1 };
    });
    return null;
  }
  return decideBack(deps, job, `the gateway restarted ${count} times with the restored files without proving its health`);
}

async function decideBack(deps: EngineDeps, job: JournalJob, reason: string): Promise<JournalJob> {
  const { job: left } = await deps.journal.update((draft) => {
    if (draft.job) draft.job.rollback = { reason: reason.slice(0, 400), errorCode: 'INTERNAL' };
  });
  return left ?? job;
}

/** The files from before are in place; says so after it is true. */
export async function recordFormerFiles(deps: EngineDeps, job: JournalJob): Promise<void> {
  await putFoldersBack(deps, job);
  const version = (await deps.slots.booted()).version;
  const { reason, errorCode } = job.rollback ?? { reason: 'the former files are back', errorCode: 'INTERNAL' };
  await moveJob(deps, 'roll_back', {
    message: reason,
    errorCode,
    details: { version, slot: deps.slots.activeSlot, files: 'former', decidedBy: job.decision ? 'person' : 'agent' },
  });
}

/** The gateway is healthy with them: they stay. The former ones are removed as soon as this is durable. */
export async function keepFiles(deps: EngineDeps, job: JournalJob, details: Record<string, unknown>): Promise<void> {
  const version = (await deps.slots.booted()).version;
  const of = job.recovery?.operation === 'restore_files' ? ` of snapshot ${job.recovery.snapshotId}` : '';
  await moveJob(deps, 'confirm', {
    message: `the files${of} are in place, and the gateway is healthy with them`,
    details: { version, slot: deps.slots.activeSlot, files: 'restored', ...details },
  });
}
