/**
 * Restored files at the start of the agent: they come in, or the former ones come back, before anything else is done. What is in
 * place is the one or the other at every start, as the journal says it; a restart by a power cut is a restart like any other.
 */
import { DEFAULT_BOOT_LIMIT } from '../bootloader/decide-boot';
import type { JournalJob } from '../journal/journal-schema';
import type { EngineDeps } from '../update/engine-deps';
import { moveJob } from '../update/move-job';
import { bringFoldersIn, putFoldersBack } from './settle-folders';

export async function settleFiles(deps: EngineDeps, job: JournalJob): Promise<void> {
  const { bootId } = deps.slots;
  const { state } = job.position;
  if (state === 'boot_pending') {
    // Given up before the restart: nothing of it is in place.
    if (job.rollback !== null) return recordFormerFiles(deps, job);
    if (job.switchedIn !== bootId) await bootWithFiles(deps, job);
  } else if (state === 'booted_unconfirmed') {
    if (job.rollback === null) return countStart(deps, job);
    // A decision of this boot is carried out by the restart that is still to come.
    if (job.rollback.bootId !== bootId) await recordFormerFiles(deps, job);
  }
}

async function bootWithFiles(deps: EngineDeps, job: JournalJob): Promise<void> {
  const { bootId } = deps.slots;
  await bringFoldersIn(deps, job);
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
 * it was healthy, and what was seen held it, do not count (update/keep-when-clear.ts).
 */
async function countStart(deps: EngineDeps, job: JournalJob): Promise<void> {
  const { bootId } = deps.slots;
  const { last, count } = job.filesBoots ?? { last: bootId, count: 1 };
  if (last === bootId) return;
  if (count < DEFAULT_BOOT_LIMIT) {
    await deps.journal.update((draft) => {
      if (draft.job) draft.job.filesBoots = { last: bootId, count: count + 1 };
    });
    return;
  }
  const { job: left } = await deps.journal.update((draft) => {
    const reason = `the gateway restarted ${count} times with the restored files without proving its health`;
    if (draft.job) draft.job.rollback = { reason, errorCode: 'INTERNAL' };
  });
  await recordFormerFiles(deps, left ?? job);
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
