/**
 * Slots as files for gateways without a U-Boot: slot-a.img, slot-b.img and boot.env in one folder. Opening them is the
 * power-on: the simulated bootloader runs and says which slot this process "is".
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { SlotId } from '#/domain/jobs/job-options';
import { decodeImageManifest, IMAGE_MANIFEST_BYTES, type ImageManifest } from '#/domain/releases/image-manifest';
import { type BootOutcome, runBootloader } from '../bootloader/simulated-bootloader';
import type { Clock } from '../ports';
import type { Storage } from '../storage/storage';
import { createFileEnvironment } from './boot-environment';
import { ActiveSlotError, type SlotPort } from './slot-port';

export type FileSlotOptions = {
  storage: Storage;
  folder: string;
  clock: Clock;
  capacityBytes: number;
  /** Versions whose image does not come up, to show a fallback. */
  badVersions?: readonly string[];
  newBootId?: () => string;
};

export type FileSlots = SlotPort & { readonly boot: BootOutcome };

export function slotFile(folder: string, slot: SlotId): string {
  return join(folder, slot === 'A' ? 'slot-a.img' : 'slot-b.img');
}

/** Boots. Throws NothingBootsError when no slot starts. */
export async function openFileSlots(options: FileSlotOptions): Promise<FileSlots> {
  const { storage, folder, clock } = options;
  await storage.makeFolder(folder);
  // After a kill the newest environment may not be durable yet; it must be before it is booted.
  await storage.syncFolder(folder);
  const env = createFileEnvironment(storage, join(folder, 'boot.env'));
  const manifestOf = (slot: SlotId) => readManifest(storage, slotFile(folder, slot));
  const boot = await runBootloader(env, async (slot) => {
    const manifest = await manifestOf(slot);
    return manifest !== null && !(options.badVersions ?? []).includes(manifest.version);
  });
  const activeSlot = boot.slot;
  return {
    bootloader: 'simulated U-Boot (boot counter in a file)',
    activeSlot,
    boot,
    bootId: (options.newBootId ?? randomUUID)(),
    bootedAt: new Date(clock.nowMs()).toISOString(),
    env,
    capacityBytes: async () => options.capacityBytes,
    imageBytes: (slot) => storage.sizeOf(slotFile(folder, slot)),
    versionIn: async (slot) => (await manifestOf(slot))?.version ?? null,
    async booted() {
      const manifest = await manifestOf(activeSlot);
      return { version: manifest?.version ?? null, osVersion: manifest?.os_version ?? 'unknown', kernel: manifest?.kernel ?? 'unknown' };
    },
    openForRead: (slot) => storage.open(slotFile(folder, slot), 'read'),
    pathOf: (slot) => slotFile(folder, slot),
    async openForWrite(slot) {
      if (slot === activeSlot) throw new ActiveSlotError(slot);
      const file = await storage.open(slotFile(folder, slot), 'create');
      await storage.syncFolder(folder);
      await file.truncate(0);
      return file;
    },
  };
}

async function readManifest(storage: Storage, path: string): Promise<ImageManifest | null> {
  if ((await storage.sizeOf(path)) === null) return null;
  const file = await storage.open(path, 'read');
  try {
    const head = new Uint8Array(IMAGE_MANIFEST_BYTES);
    const count = await file.read(head, 0);
    return decodeImageManifest(head.subarray(0, count));
  } finally {
    await file.close();
  }
}
