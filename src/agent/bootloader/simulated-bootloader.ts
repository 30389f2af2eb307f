/** The bootloader of a file gateway: run once at process start, as U-Boot runs before the kernel. */
import type { SlotId } from '#/domain/jobs/job-options';
import type { BootEnvironment } from '../slots/boot-environment';
import { decideBoot } from './decide-boot';

export type BootOutcome = { slot: SlotId; fellBack: boolean; tries: number };

/** No slot starts: a real gateway would stand still here and need a visit. */
export class NothingBootsError extends Error {
  override readonly name = 'NothingBootsError';
}

/**
 * Boots what the environment says, counting each try, until a slot starts.
 * `starts` tells whether the image in a slot comes up; one that does not is tried until the boot limit.
 */
export async function runBootloader(env: BootEnvironment, starts: (slot: SlotId) => Promise<boolean>): Promise<BootOutcome> {
  for (let tries = 1; ; tries += 1) {
    const vars = await env.read();
    const decision = decideBoot(vars);
    if (Object.keys(decision.saves).length > 0) await env.write(decision.saves);
    if (await starts(decision.slot)) return { slot: decision.slot, fellBack: decision.fellBack, tries };
    if (decision.fellBack || vars.upgrade_available !== '1') {
      throw new NothingBootsError(`slot ${decision.slot} does not start and the boot environment names no other way`);
    }
  }
}
