import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideBoot, type EnvVars } from '../bootloader/decide-boot';
import { attemptKey, examineStart, type StartEvidence } from './after-boot';

const attempt = attemptKey('OTA-JOB-00001', 1);
const switched = { boot_slot: 'B', upgrade_available: '1', bootcount: '0', bootlimit: '3', fairlead_attempt: attempt };
const evidence = (more: Partial<StartEvidence>): StartEvidence => ({
  state: 'boot_pending',
  activeSlot: 'A',
  targetSlot: 'B',
  attempt,
  env: switched,
  ...more,
});

describe('what a start finds', () => {
  it('before the switch: nothing, even when the environment carries another attempt', () => {
    const env = { ...switched, fairlead_attempt: attemptKey('OTA-JOB-00001', 2) };
    expect(examineStart(evidence({ state: 'written', env }))).toBe('not_switched');
    for (const state of ['accepted', 'downloading', 'paused', 'waiting', 'confirmed', 'cancelled'] as const) {
      expect(examineStart(evidence({ state }))).toBe('not_switched');
    }
  });

  it('a switch that only the environment knows of counts', () => {
    expect(examineStart(evidence({ state: 'written', activeSlot: 'B' }))).toBe('booted');
    expect(examineStart(evidence({ state: 'written' }))).toBe('reboot_pending');
    const back = { ...switched, boot_slot: 'A', upgrade_available: '0' };
    expect(examineStart(evidence({ state: 'written', env: back }))).toBe('fell_back');
  });

  it('tells a commit from an open attempt', () => {
    const committed = { ...switched, upgrade_available: '0' };
    expect(examineStart(evidence({ state: 'booted_unconfirmed', activeSlot: 'B', env: committed }))).toBe('committed');
    expect(examineStart(evidence({ state: 'booted_unconfirmed', activeSlot: 'B' }))).toBe('booted');
    // Nobody commits before the health check, so this environment is not the agent's doing.
    expect(examineStart(evidence({ state: 'boot_pending', activeSlot: 'B', env: committed }))).toBe('booted');
  });

  it('sees a bootloader that went back without clearing the attempt', () => {
    expect(examineStart(evidence({ env: { ...switched, bootcount: '4' } }))).toBe('fell_back');
  });

  it('after any number of boots: the new slot is booted, the old one is a fall-back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.constantFrom('written', 'boot_pending', 'booted_unconfirmed'), (boots, state) => {
        let env: EnvVars = switched;
        let activeSlot: 'A' | 'B' = 'A';
        for (let boot = 0; boot < boots; boot += 1) {
          const decision = decideBoot(env);
          env = { ...env, ...decision.saves };
          activeSlot = decision.slot;
        }
        const finding = examineStart(evidence({ state: state as 'written', activeSlot, env }));
        expect(finding).toBe(activeSlot === 'B' ? 'booted' : 'fell_back');
      }),
    );
  });
});
