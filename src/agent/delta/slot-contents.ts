import { SLOT_IDS } from '#/domain/jobs/job-options';
import type { JournalState } from '../journal/journal-schema';
import type { SlotPort } from '../slots/slot-port';
import type { SlotContent } from './scan-slot';

/** The slots that can be read, the running one first: an update is most like what it follows. */
export async function slotContents(slots: SlotPort, journal: JournalState): Promise<SlotContent[]> {
  const contents: SlotContent[] = [];
  for (const slot of [...SLOT_IDS].sort((a) => (a === slots.activeSlot ? -1 : 1))) {
    const record = journal.slots[slot];
    const known = record !== null && record.status === 'ready' && record.usedBytes > 0;
    const usedBytes = known ? record.usedBytes : ((await slots.imageBytes(slot)) ?? (await slots.capacityBytes(slot)));
    const file = await slots.openForRead(slot).catch(() => null);
    if (file === null) continue;
    await file.close();
    contents.push({ slot, sha256: known ? record.sha256 : null, usedBytes });
  }
  return contents;
}
