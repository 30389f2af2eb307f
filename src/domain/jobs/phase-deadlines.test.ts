import { describe, expect, it } from 'vitest';
import { FINAL_STATES, JOB_STATES, type JobState } from './job-machine';
import { deadlineOf, isResting, phaseOf } from './phase-deadlines';

const NOW = 1_000_000;
const goingOn = { intent: 'install', rebootAfter: true };

describe('phase deadlines', () => {
  it('are set for every state in which the gateway is expected to act by itself', () => {
    const without = JOB_STATES.filter((state) => deadlineOf(state, NOW, goingOn) === null);
    // People or a condition end these, or nothing is left to be done.
    expect(without.sort()).toEqual([...FINAL_STATES, 'paused', 'waiting'].sort());
    for (const state of JOB_STATES) expect(deadlineOf(state, NOW, goingOn) ?? NOW + 1).toBeGreaterThan(NOW);
  });

  it('do not end a job that rests because nobody has asked for more', () => {
    expect(deadlineOf('downloaded', NOW, { intent: 'download', rebootAfter: true })).toBeNull();
    expect(deadlineOf('written', NOW, { intent: 'install', rebootAfter: false })).toBeNull();
    expect(isResting({ state: 'downloaded', intent: 'download' })).toBe(true);
    expect(isResting({ state: 'downloaded', intent: 'install' })).toBe(false);
  });

  it('know the phase of a job that is held', () => {
    expect(phaseOf({ state: 'waiting', heldState: 'writing' })).toBe<JobState>('writing');
    expect(phaseOf({ state: 'writing', heldState: null })).toBe<JobState>('writing');
  });
});
