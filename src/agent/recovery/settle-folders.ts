/** The folders that a job of recovery replaces, at the boot: in place with what it starts, back with what was before. */
import { mayFallBack } from '#/domain/jobs/operations';
import { STATE_PARTS } from '#/protocol/mqtt/recovery';
import { operationOfJob } from '../journal/job-operation';
import type { JournalJob } from '../journal/journal-schema';
import type { EngineDeps } from '../update/engine-deps';
import { bringIn, clearSwap, isSwapped, isWaiting, putBack } from './swap-folders';

type Deps = Pick<EngineDeps, 'storage' | 'recovery'>;

/** The new slot runs, or the restart of restored files has come: what was written for it is put in place. */
export async function bringFoldersIn({ storage, recovery }: Deps, job: JournalJob): Promise<void> {
  if (!replacesFolders(job)) return;
  for (const part of STATE_PARTS) await bringIn(storage, recovery.folders[part]);
}

/** The old slot runs, or the restored files are left: what was there before is put back. */
export async function putFoldersBack({ storage, recovery }: Deps, job: JournalJob): Promise<void> {
  if (!replacesFolders(job)) return;
  for (const part of STATE_PARTS) await putBack(storage, recovery.folders[part]);
}

/** Whether a folder still stands beside its place: the one that waits to come in, or the former one. */
export async function foldersStand({ storage, recovery }: Deps, beside: 'waiting' | 'former'): Promise<boolean> {
  const stands = beside === 'waiting' ? isWaiting : isSwapped;
  for (const part of STATE_PARTS) if (await stands(storage, recovery.folders[part])) return true;
  return false;
}

/** No job needs them any more: what is in place stays, and what was kept beside it goes. */
export async function tidyFolders({ storage, recovery }: Deps): Promise<void> {
  for (const part of STATE_PARTS) await clearSwap(storage, recovery.folders[part]);
}

function replacesFolders(job: JournalJob): boolean {
  const operation = operationOfJob(job);
  return operation !== 'update' && mayFallBack(operation);
}
