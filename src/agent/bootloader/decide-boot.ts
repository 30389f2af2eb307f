/**
 * What U-Boot does at power-on with its boot counter (CONFIG_BOOTCOUNT_LIMIT, counter in the environment): pure.
 * bootcmd starts `boot_slot`; altbootcmd goes back to the other slot and clears the attempt, all in one saveenv.
 */
import type { SlotId } from '#/domain/jobs/job-options';

/** The boot environment as variables; U-Boot keeps text only. */
export type EnvVars = Readonly<Record<string, string>>;

export type BootDecision = {
  slot: SlotId;
  /** Variables that the bootloader saves before it starts the slot. */
  saves: Record<string, string>;
  /** The attempt is over: the bootloader went back by itself. */
  fellBack: boolean;
};

export const DEFAULT_BOOT_LIMIT = 3;

export function otherSlot(slot: SlotId): SlotId {
  return slot === 'A' ? 'B' : 'A';
}

/** A variable as U-Boot reads numbers: what is none counts as the fallback. */
export function envNumber(value: string | undefined, fallback: number): number {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : fallback;
}

/** The slot that the environment names; a first environment without one boots A. */
export function bootSlotOf(env: EnvVars): SlotId {
  return env.boot_slot === 'B' ? 'B' : 'A';
}

/** One pass through the bootloader. The counter counts only while an upgrade is not confirmed. */
export function decideBoot(env: EnvVars): BootDecision {
  const slot = bootSlotOf(env);
  if (env.upgrade_available !== '1') return { slot, saves: {}, fellBack: false };
  const count = envNumber(env.bootcount, 0) + 1;
  if (count > envNumber(env.bootlimit, DEFAULT_BOOT_LIMIT)) {
    const back = otherSlot(slot);
    return { slot: back, saves: { boot_slot: back, upgrade_available: '0', bootcount: '0' }, fellBack: true };
  }
  return { slot, saves: { bootcount: String(count) }, fellBack: false };
}
