import type { JournalJob } from '../journal/journal-schema';
import type { EngineDeps } from '../update/engine-deps';
import { moveJob } from '../update/move-job';

/** At start: the restart that the reset waited for has happened, by its own hand or by a power cut. */
export async function settleReset(deps: EngineDeps, job: JournalJob): Promise<void> {
  if (job.position.state !== 'resetting' || job.wipedIn === undefined || job.wipedIn === deps.slots.bootId) return;
  const version = (await deps.slots.booted()).version;
  await moveJob(deps, 'boot', {
    message: `the gateway has restarted after the reset, with ${version ?? 'an unknown version'}`,
    details: { version, bootId: deps.slots.bootId },
  });
}
