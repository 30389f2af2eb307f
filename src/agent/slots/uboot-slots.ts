/**
 * Slots as block devices under a real U-Boot with CONFIG_BOOTCOUNT_LIMIT and CONFIG_BOOTCOUNT_ENV. Its script must do this:
 *   bootcmd=setenv bootargs ${bootargs} fairlead.slot=${boot_slot}; …load and start the slot…
 *   altbootcmd=if test ${boot_slot} = A; then setenv boot_slot B; else setenv boot_slot A; fi;
 *     setenv upgrade_available 0; setenv bootcount 0; saveenv; run bootcmd
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SlotId } from '#/domain/jobs/job-options';
import type { Clock } from '../ports';
import type { Storage } from '../storage/storage';
import { ActiveSlotError, type SlotPort } from './slot-port';
import { createUbootEnvironment, type UbootTools } from './uboot-environment';

export type UbootSlotOptions = {
  storage: Storage;
  clock: Clock;
  devices: Record<SlotId, string>;
  tools: UbootTools;
  cmdlinePath?: string;
  osReleasePath?: string;
  bootIdPath?: string;
  uptimePath?: string;
  kernelPath?: string;
};

const SECTOR_BYTES = 512;

/** Opens the slots of the running system. Throws when it cannot be proven which slot runs. */
export async function openUbootSlots(options: UbootSlotOptions): Promise<SlotPort> {
  const { storage, devices, clock } = options;
  const real = { A: await realpath(devices.A), B: await realpath(devices.B) };
  if (real.A === real.B) throw new Error(`both slots are the same device: ${real.A}`);
  const cmdline = await readFile(options.cmdlinePath ?? '/proc/cmdline', 'utf8');
  const activeSlot = activeFromCmdline(cmdline, [devices, real]);
  if (activeSlot === null) {
    throw new Error('the kernel command line names no slot: it needs fairlead.slot=A or B, or root= with the device of a slot');
  }
  const uptimeSeconds = Number.parseFloat(await readFile(options.uptimePath ?? '/proc/uptime', 'utf8'));
  const kernel = (await readFile(options.kernelPath ?? '/proc/sys/kernel/osrelease', 'utf8')).trim();
  const osReleasePath = options.osReleasePath ?? '/etc/os-release';
  const booted = async () => {
    const fields = parseOsRelease(await readFile(osReleasePath, 'utf8'));
    const version = fields.IMAGE_VERSION ?? fields.VERSION_ID ?? null;
    return {
      version: version?.slice(0, 80) ?? null,
      osVersion: (fields.PRETTY_NAME ?? 'unknown').slice(0, 120),
      kernel: kernel.slice(0, 120),
    };
  };
  return {
    bootloader: 'U-Boot',
    activeSlot,
    bootId: (await readFile(options.bootIdPath ?? '/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
    bootedAt: new Date(clock.nowMs() - uptimeSeconds * 1000).toISOString(),
    env: createUbootEnvironment(options.tools),
    capacityBytes: (slot) => deviceBytes(real[slot]),
    imageBytes: async () => null,
    versionIn: async (slot) => (slot === activeSlot ? (await booted()).version : null),
    booted,
    openForRead: (slot) => storage.open(real[slot], 'read'),
    pathOf: (slot) => real[slot],
    async openForWrite(slot) {
      if (slot === activeSlot || real[slot] === real[activeSlot]) throw new ActiveSlotError(slot);
      return storage.open(real[slot], 'modify');
    },
  };
}

/** The slot that the kernel was told, or whose device is its root; null when neither says. */
export function activeFromCmdline(cmdline: string, names: readonly Record<SlotId, string>[]): SlotId | null {
  const words = cmdline.trim().split(/\s+/);
  const told = words.findLast((word) => word.startsWith('fairlead.slot='))?.slice('fairlead.slot='.length);
  if (told !== undefined) return told === 'A' || told === 'B' ? told : null;
  const root = words.findLast((word) => word.startsWith('root='))?.slice('root='.length);
  if (names.some((devices) => devices.A === root)) return 'A';
  return names.some((devices) => devices.B === root) ? 'B' : null;
}

/** os-release(5): NAME=value with optional quotes. */
export function parseOsRelease(text: string): Partial<Record<string, string>> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const match = /^([A-Z0-9_]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line.trim());
    return match ? [[match[1] as string, match[2] ?? match[3] ?? match[4] ?? '']] : [];
  });
  return Object.fromEntries(pairs);
}

/** stat says 0 for a block device; the kernel counts its sectors elsewhere. */
async function deviceBytes(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isBlockDevice()) return found.size;
  return Number(await readFile(`/sys/class/block/${basename(path)}/size`, 'utf8')) * SECTOR_BYTES;
}
