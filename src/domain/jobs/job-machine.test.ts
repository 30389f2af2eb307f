import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyJobEvent, FINAL_STATES, JOB_EVENTS, JOB_STATES, JOB_TRANSITIONS, type JobPosition, PAST_NO_RETURN } from './job-machine';

const RANK = [
  'offered',
  'accepted',
  'downloading',
  'downloaded',
  'verifying',
  'writing',
  'written',
  'boot_pending',
  'booted_unconfirmed',
  'confirmed',
] as const;

describe('job machine', () => {
  it.each(JOB_STATES.flatMap((state) => JOB_EVENTS.map((event) => [state, event] as const)))(
    '%s on %s lands in a known state or is refused',
    (state, event) => {
      const next = applyJobEvent({ state, heldState: state === 'paused' || state === 'waiting' ? 'downloading' : null }, event);
      if (JOB_TRANSITIONS[state][event] === undefined) expect(next).toBeNull();
      else expect(JOB_STATES).toContain(next?.state);
    },
  );

  it('nothing leaves a final state', () => {
    for (const state of FINAL_STATES) expect(JOB_TRANSITIONS[state]).toEqual({});
  });

  it('past the switch nobody cancels, pauses or holds', () => {
    for (const state of PAST_NO_RETURN) {
      for (const event of ['cancel', 'pause', 'hold'] as const) expect(applyJobEvent({ state, heldState: null }, event)).toBeNull();
    }
  });

  it('confirmed is reached only through a boot after a switch, whatever the order of events', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...JOB_EVENTS), { maxLength: 60 }), (events) => {
        let position: JobPosition = { state: 'offered', heldState: null };
        const seen: string[] = ['offered'];
        for (const event of events) {
          const next = applyJobEvent(position, event);
          if (!next) continue;
          position = next;
          seen.push(position.state);
        }
        if (position.state === 'confirmed') {
          expect(RANK.filter((state) => seen.includes(state))).toEqual([...RANK]);
        }
        if (position.state === 'paused' || position.state === 'waiting') expect(position.heldState).not.toBeNull();
        else expect(position.heldState).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('pause, wait and resume go back to where the job was', () => {
    const paused = applyJobEvent({ state: 'downloading', heldState: null }, 'pause') as JobPosition;
    const waiting = applyJobEvent(paused, 'hold') as JobPosition;
    expect(applyJobEvent(waiting, 'resume')).toEqual({ state: 'downloading', heldState: null });
  });
});
