import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyJobEvent,
  FINAL_STATES,
  JOB_EVENTS,
  JOB_STATES,
  JOB_TRANSITIONS,
  type JobEventName,
  type JobPosition,
  PAST_NO_RETURN,
} from './job-machine';

import { JOB_OPERATIONS, type JobOperation } from './operations';

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

/** Without those that end a job badly: a random order of all events hardly ever comes to the end. */
const ONWARD = JOB_EVENTS.filter((event) => event !== 'fail' && event !== 'cancel' && event !== 'roll_back');

/** Where these events lead and the states on the way; those that the table refuses change nothing. */
function walk(events: readonly JobEventName[], operation: JobOperation): { position: JobPosition; seen: Set<string> } {
  let position: JobPosition = { state: 'offered', heldState: null };
  const seen = new Set<string>(['offered']);
  for (const event of events) {
    position = applyJobEvent(position, event, operation) ?? position;
    seen.add(position.state);
  }
  return { position, seen };
}

describe('job machine', () => {
  describe.each(JOB_OPERATIONS)('of %s', (operation) => {
    it.each(JOB_STATES.flatMap((state) => JOB_EVENTS.map((event) => [state, event] as const)))(
      '%s on %s lands in a known state or is refused',
      (state, event) => {
        const position = { state, heldState: state === 'paused' || state === 'waiting' ? ('downloading' as const) : null };
        const next = applyJobEvent(position, event, operation);
        if (JOB_TRANSITIONS[operation][state][event] === undefined) expect(next).toBeNull();
        else expect(JOB_STATES).toContain(next?.state);
      },
    );

    it('nothing leaves a final state', () => {
      for (const state of FINAL_STATES) expect(JOB_TRANSITIONS[operation][state]).toEqual({});
    });

    it('past the point of no return nobody cancels or pauses, and what holds a booted version leaves it where it is', () => {
      for (const state of PAST_NO_RETURN) {
        for (const event of ['cancel', 'pause'] as const) expect(applyJobEvent({ state, heldState: null }, event, operation)).toBeNull();
        const held = applyJobEvent({ state, heldState: null }, 'hold', operation);
        const mayStay = state === 'booted_unconfirmed' && operation !== 'snapshot';
        expect(held).toEqual(mayStay ? { state: 'booted_unconfirmed', heldState: null } : null);
      }
    });
  });

  /** What a job has seen, in the order of RANK's words, when it is confirmed. */
  const MUST_SEE: Record<Exclude<JobOperation, 'update'>, readonly string[]> = {
    rollback: ['accepted', 'verifying', 'boot_pending', 'booted_unconfirmed'],
    restore: ['accepted', 'verifying', 'writing', 'written', 'boot_pending', 'booted_unconfirmed'],
    restore_files: ['accepted', 'verifying', 'writing', 'written', 'boot_pending', 'booted_unconfirmed'],
    factory_reset: ['accepted', 'resetting', 'booted_unconfirmed'],
    snapshot: ['accepted', 'capturing'],
  };
  it.each(Object.entries(MUST_SEE))('a confirmed %s has seen %s', (operation, states) => {
    let confirmed = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ONWARD), { minLength: 200, maxLength: 400 }), (events) => {
        const { position, seen } = walk(events, operation as JobOperation);
        if (position.state !== 'confirmed') return;
        confirmed += 1;
        for (const state of states) expect(seen).toContain(state);
        if (operation !== 'restore' && operation !== 'restore_files') expect(seen).not.toContain('writing');
      }),
      { numRuns: 500 },
    );
    expect(confirmed).toBeGreaterThan(0);
  });

  it('confirmed is reached only through a boot after a switch, whatever the order of events', () => {
    let confirmed = 0;
    fc.assert(
      fc.property(
        fc.oneof(fc.array(fc.constantFrom(...ONWARD), { minLength: 200, maxLength: 400 }), fc.array(fc.constantFrom(...JOB_EVENTS))),
        (events) => {
          const { position, seen } = walk(events, 'update');
          if (position.state === 'confirmed') {
            confirmed += 1;
            expect(RANK.filter((state) => seen.has(state))).toEqual([...RANK]);
          }
          if (position.state === 'paused' || position.state === 'waiting') expect(position.heldState).not.toBeNull();
          else expect(position.heldState).toBeNull();
        },
      ),
      { numRuns: 500 },
    );
    expect(confirmed).toBeGreaterThan(0);
  });

  it('pause, wait and resume go back to where the job was', () => {
    const paused = applyJobEvent({ state: 'downloading', heldState: null }, 'pause') as JobPosition;
    const waiting = applyJobEvent(paused, 'hold') as JobPosition;
    expect(applyJobEvent(waiting, 'resume')).toEqual({ state: 'downloading', heldState: null });
  });
});
