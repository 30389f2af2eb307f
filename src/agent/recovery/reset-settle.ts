import { STATE_PARTS } from '#/protocol/mqtt/recovery';
import type { JournalJob } from '../journal/journal-schema';
import type { EngineDeps } from '../update/engine-deps';
import { moveJob } from '../update/move-job';
import { bringIn, isSwapped } from './swap-folders';

/** At start: the restart that the reset waited for has happened, by its own hand or by a power cut. */
export async function settleReset(deps: EngineDeps, job: JournalJob): Promise<void> {
  if (job.position.state !== 'resetting') return;
  // Half-way through a swap: from the first moment on there is a folder in its place.
  for (const part of STATE_PARTS) {
    const folder = deps.recovery.folders[part];
    if (await isSwapped(deps.storage, folder)) await bringIn(deps.storage, folder);
  }
  if (job.wipedIn === undefined || job.wipedIn === deps.slots.bootId) return;
  const version = (await deps.slots.booted()).version;
  await moveJob(deps, 'boot', {
    message: `the gateway has restarted after the reset, with ${version ?? 'an unknown version'}`,
    details: { version, bootId: deps.slots.bootId },
  });
}
