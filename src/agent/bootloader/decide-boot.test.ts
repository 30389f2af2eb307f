import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootSlotOf, decideBoot, otherSlot } from './decide-boot';
import { NothingBootsError, runBootloader } from './simulated-bootloader';

const text = fc.oneof(fc.constantFrom('A', 'B', '0', '1', '2', '3', '', '-1', 'x'), fc.string({ maxLength: 4 }));
const anyEnv = fc.record({ boot_slot: text, upgrade_available: text, bootcount: text, bootlimit: text }, { requiredKeys: [] });
const attempt = fc.record({
  boot_slot: fc.constantFrom('A', 'B'),
  upgrade_available: fc.constant('1'),
  bootcount: fc.nat(5).map(String),
  bootlimit: fc.integer({ min: 1, max: 5 }).map(String),
});

function environment(start: Record<string, string>) {
  let vars = { ...start };
  return {
    read: async () => vars,
    write: async (changes: Readonly<Record<string, string>>) => {
      vars = { ...vars, ...changes };
    },
  };
}

describe('boot decision', () => {
  it('without an attempt it boots the named slot and saves nothing, however often', () => {
    fc.assert(
      fc.property(anyEnv, (env) => {
        fc.pre(env.upgrade_available !== '1');
        expect(decideBoot(env)).toEqual({ slot: bootSlotOf(env), saves: {}, fellBack: false });
      }),
    );
  });

  it('always ends: whatever the environment holds, at most limit + 1 boots later no attempt is open or the slot was left', () => {
    fc.assert(
      fc.property(attempt, (start) => {
        let env: Record<string, string> = start;
        const slots: string[] = [];
        while (env.upgrade_available === '1') {
          const decision = decideBoot(env);
          slots.push(decision.slot);
          env = { ...env, ...decision.saves };
          expect(slots.length).toBeLessThanOrEqual(Number(start.bootlimit) + 1);
        }
        const tries = Math.max(0, Number(start.bootlimit) - Number(start.bootcount));
        expect(slots).toEqual([...Array(tries).fill(start.boot_slot), otherSlot(start.boot_slot)]);
        expect(env).toMatchObject({ boot_slot: otherSlot(start.boot_slot), bootcount: '0' });
      }),
    );
  });

  it('boots the slot that it names after the saves, and never throws', () => {
    fc.assert(
      fc.property(anyEnv, (env) => {
        const decision = decideBoot(env);
        expect(decision.slot).toBe(bootSlotOf({ ...env, ...decision.saves }));
        expect(decision.fellBack).toBe(decision.slot !== bootSlotOf(env));
      }),
    );
  });
});

describe('simulated bootloader', () => {
  it('tries a slot that does not start up to the limit, then falls back', async () => {
    const env = environment({ boot_slot: 'B', upgrade_available: '1', bootcount: '0', bootlimit: '3' });
    const tried: string[] = [];
    const outcome = await runBootloader(env, async (slot) => {
      tried.push(slot);
      return slot === 'A';
    });
    expect(outcome).toEqual({ slot: 'A', fellBack: true, tries: 4 });
    expect(tried).toEqual(['B', 'B', 'B', 'A']);
    expect(await env.read()).toMatchObject({ boot_slot: 'A', upgrade_available: '0', bootcount: '0' });
  });

  it('says so when nothing boots', async () => {
    await expect(runBootloader(environment({}), async () => false)).rejects.toThrow(NothingBootsError);
    const env = environment({ boot_slot: 'B', upgrade_available: '1', bootlimit: '1' });
    await expect(runBootloader(env, async () => false)).rejects.toThrow(NothingBootsError);
  });
});
