/** The two slots of a gateway and the bootloader that chooses between them, as the update engine sees them. */
import type { SlotId } from '#/domain/jobs/job-options';
import type { StorageFile } from '../storage/storage';
import type { BootEnvironment } from './boot-environment';

export type BootedSystem = { version: string | null; osVersion: string; kernel: string };

export type SlotPort = {
  /** For people: which bootloader this is. */
  readonly bootloader: string;
  /** The slot that runs now, proven by the boot itself and not by what was asked of the bootloader. */
  readonly activeSlot: SlotId;
  /** New at every boot. */
  readonly bootId: string;
  /** RFC 3339 UTC. */
  readonly bootedAt: string;
  readonly env: BootEnvironment;
  /** Largest image that the slot takes, bytes. */
  capacityBytes(slot: SlotId): Promise<number>;
  /** Bytes of the image in the slot when the adapter can tell without the journal, else null. */
  imageBytes(slot: SlotId): Promise<number | null>;
  /** Version in a slot as its content tells it, or null. */
  versionIn(slot: SlotId): Promise<string | null>;
  /** What runs now. */
  booted(): Promise<BootedSystem>;
  openForRead(slot: SlotId): Promise<StorageFile>;
  /** Where another program can read the slot; absent or null when nowhere. */
  pathOf?(slot: SlotId): string | null;
  /** From here on the slot's old content is lost. Throws ActiveSlotError for the active slot, whoever asks. */
  openForWrite(slot: SlotId): Promise<StorageFile>;
};

/** Someone tried to write the slot that runs. A defect of the agent, never a condition of the plant. */
export class ActiveSlotError extends Error {
  override readonly name = 'ActiveSlotError';

  constructor(slot: SlotId) {
    super(`slot ${slot} is the running one and must never be written`);
  }
}
