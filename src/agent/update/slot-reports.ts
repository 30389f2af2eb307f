/** What the slots hold, told from the journal's records, the slots themselves and the boot environment. */
import { SLOT_IDS, type SlotId } from '#/domain/jobs/job-options';
import type { SlotReport } from '#/protocol/mqtt/events';
import { bootSlotOf } from '../bootloader/decide-boot';
import { hashFile } from '../download/part-file';
import type { Journal } from '../journal/journal';
import type { JournalState, SlotRecord } from '../journal/journal-schema';
import type { SlotPort } from '../slots/slot-port';

export const EMPTY_SLOT: SlotRecord = { status: 'empty', version: null, sha256: null, usedBytes: 0, bootCount: 0 };

export async function readSlotReports(slots: SlotPort, state: JournalState): Promise<SlotReport[]> {
  const next = bootSlotOf(await slots.env.read());
  const unproven = state.job?.position.state === 'booted_unconfirmed';
  return Promise.all(
    SLOT_IDS.map(async (id): Promise<SlotReport> => {
      const record = state.slots[id] ?? (await findRecord(slots, id));
      const active = id === slots.activeSlot;
      const version = active ? ((await slots.booted()).version ?? record.version) : record.version;
      return {
        id,
        version,
        sha256: record.sha256,
        status: active ? (unproven ? 'degraded' : 'healthy') : record.status,
        health: record.status === 'failed' ? 'poor' : active && unproven ? 'fair' : 'good',
        bootCount: record.bootCount,
        sizeBytes: await slots.capacityBytes(id),
        usedBytes: record.usedBytes,
        nextBoot: id === next,
      };
    }),
  );
}

/** What can be told of a slot that the agent has not written itself. */
async function findRecord(slots: SlotPort, id: SlotId): Promise<SlotRecord> {
  const [version, usedBytes] = [await slots.versionIn(id), await slots.imageBytes(id)];
  if (version === null && id !== slots.activeSlot) return EMPTY_SLOT;
  return { status: 'ready', version, sha256: null, usedBytes: usedBytes ?? 0, bootCount: 0 };
}

/** Counts this boot and begins a record for the slot that runs. */
export async function countBoot(slots: SlotPort, journal: Journal): Promise<void> {
  const found = await findRecord(slots, slots.activeSlot);
  await journal.update((draft) => {
    const record = draft.slots[slots.activeSlot] ?? found;
    draft.slots[slots.activeSlot] = { ...record, bootCount: record.bootCount + 1 };
  });
}

export type SlotFault = { slot: SlotId; message: string };

/**
 * Hashes the slots when there is nothing else to do: learns the hash of an image that was there from the start, and finds
 * an inactive slot that no longer holds what was written. The running slot may be mounted, so it is only learnt from.
 */
export async function verifySlots(slots: SlotPort, journal: Journal, signal: AbortSignal): Promise<SlotFault[]> {
  const faults: SlotFault[] = [];
  for (const id of SLOT_IDS) {
    const before = journal.read().slots[id] ?? (await findRecord(slots, id));
    const usedBytes = before.sha256 === null ? ((await slots.imageBytes(id)) ?? 0) : before.usedBytes;
    if (before.status !== 'ready' || usedBytes === 0 || (id === slots.activeSlot && before.sha256 !== null)) continue;
    const file = await slots.openForRead(id);
    const actual = await hashFile(file, usedBytes, signal).finally(() => file.close());
    signal.throwIfAborted();
    if (before.sha256 === null && actual !== null) {
      await journal.update((draft) => {
        draft.slots[id] = { ...(draft.slots[id] ?? before), sha256: actual, usedBytes };
      });
    } else if (actual !== before.sha256) {
      faults.push({ slot: id, message: `slot ${id} does not hold what was written to it any more` });
      await journal.update((draft) => {
        draft.slots[id] = { ...before, status: 'failed' };
      });
    }
  }
  return faults;
}
