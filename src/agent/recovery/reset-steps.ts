/**
 * Factory reset: the folders are replaced by empty ones as a whole, then the gateway restarts. The agent's own data folder is
 * not touched: identity, pinned keys, used grants, policy and settings stay, so that a reset is no way around them.
 */
import { join } from 'node:path';
import type { ResetType, StatePart } from '#/protocol/mqtt/recovery';
import { removeOtherStaged } from '../download/part-file';
import type { JournalJob } from '../journal/journal-schema';
import { readWholeFile, writeFileAtomic } from '../storage/atomic-file';
import { GATE_MAX_AGE_MS } from '../update/boot-steps';
import type { EngineDeps } from '../update/engine-deps';
import type { Step } from '../update/job-steps';
import { keepWhenClear } from '../update/keep-when-clear';
import { moveJob } from '../update/move-job';
import { gateOf, takeGrants } from '../update/pass-gate';
import { type GateResult, sameHolds } from '../update/safety-gate';
import { keptSnapshots } from './kept-snapshots';
import { beginSwap, bringIn, clearSwap, isSwapped } from './swap-folders';

/** `complete` also takes staged images and every snapshot but the backup. Logs stay: they are the evidence. */
const WIPED: Record<ResetType, readonly StatePart[]> = { complete: ['data', 'config'], data: ['data'], config: ['config'] };

/** Wipes, once begun whatever the crane does; then restarts as soon as the crane lets it. */
export const resetting: Step = async (context, job, signal) => {
  const { deps } = context;
  if (job.wipedIn === undefined) {
    await wipe(deps, job);
    await deps.journal.update((draft) => {
      if (draft.job) draft.job.wipedIn = deps.slots.bootId;
    });
    await context.log('warning', 'recovery', `factory reset ${job.order.jobId}: everything is wiped that was to be; the restart follows`);
    return true;
  }
  const gate = await gateOf(context, job, 'resetting');
  if (gate.holds.length === 0) {
    const taken = await takeGrants(context, gate);
    if (taken && deps.clock.monotonicMs() - gate.sampledAtMs <= GATE_MAX_AGE_MS) await context.reboot('factory reset');
    return true;
  }
  if (!sameHolds(gate.holds, context.holds)) {
    context.holds = gate.holds;
    await context.log('warning', 'safety', `the restart waits: ${gate.holds.map((hold) => hold.message).join('; ')}`);
  }
  await deps.clock.wait(context.tuning.gateIntervalMs, signal);
  return true;
};

async function wipe(deps: EngineDeps, job: JournalJob): Promise<void> {
  if (job.recovery?.operation !== 'factory_reset') return;
  const { resetType, preserveNetwork } = job.recovery;
  const { storage } = deps;
  const { folders, snapshots } = deps.recovery;
  for (const part of WIPED[resetType]) {
    const folder = folders[part];
    // Swapped before a power cut: what is in place is the new one.
    if (!(await isSwapped(storage, folder))) {
      const empty = await beginSwap(storage, folder, `factory reset ${job.order.jobId}`);
      if (part === 'config' && preserveNetwork) await keepFiles(deps, folder, empty);
    }
    await bringIn(storage, folder);
    await clearSwap(storage, folder);
  }
  if (resetType !== 'complete') return;
  await removeOtherStaged(storage, deps.stagingFolder, job.order.sha256);
  const kept = keptSnapshots(job);
  await snapshots.remove(snapshots.list().flatMap(({ id }) => (kept.has(id) ? [] : [id])));
}

async function keepFiles({ storage, recovery }: EngineDeps, from: string, to: string): Promise<void> {
  for (const name of recovery.folders.networkFiles) {
    const bytes = await readWholeFile(storage, join(from, name));
    if (bytes === null) continue;
    const path = join(to, name);
    await storage.makeFolder(join(path, '..'));
    await writeFileAtomic(storage, path, bytes);
    const attributes = await storage.attributesOf(join(from, name));
    if (attributes !== null) await storage.setAttributes(path, attributes);
  }
}

/** After the restart: there is no way back, so what is not healthy is a failure that people must see. */
export const proveReset: Step = async (context, job, signal) => {
  const { deps } = context;
  const version = (await deps.slots.booted()).version;
  const confirm = (safety: GateResult['observed']) =>
    moveJob(deps, 'confirm', {
      message: `the gateway is reset, has restarted with ${version ?? 'an unknown version'}, and is healthy`,
      details: { version, slot: deps.slots.activeSlot, safety },
    });
  return keepWhenClear(context, job, signal, confirm, async (reason) => {
    await moveJob(deps, 'fail', { message: `the gateway is reset but not healthy: ${reason}`, errorCode: 'INTERNAL' });
    return true;
  });
};
