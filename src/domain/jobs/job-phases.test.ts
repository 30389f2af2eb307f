import { describe, expect, it } from 'vitest';
import { applyJobEvent, JOB_EVENTS, type JobState } from './job-machine';
import { JOB_PHASES, phasesOfOrder } from './job-phases';
import { JOB_OPERATIONS, type JobOperation } from './operations';

/** States that the table reaches from one state by a single event. */
function nextOf(state: JobState, operation: JobOperation): JobState[] {
  return JOB_EVENTS.flatMap((event) => applyJobEvent({ state, heldState: null }, event, operation)?.state ?? []);
}

describe('phases of an order', () => {
  it.each(JOB_OPERATIONS)('%s: each step follows from the one before by the table, with and without a snapshot', (operation) => {
    for (const makesSnapshot of [true, false]) {
      const steps = phasesOfOrder({ operation, intent: 'install', makesSnapshot });
      expect(steps[0]).toBe('offered');
      expect(steps.at(-1)).toBe('confirmed');
      for (const [index, state] of steps.slice(0, -1).entries()) expect(nextOf(state, operation), state).toContain(steps[index + 1]);
    }
  });

  it('a snapshot is the whole of its job, and a step only where it was ordered elsewhere', () => {
    expect(phasesOfOrder({ operation: 'snapshot', intent: 'install', makesSnapshot: false })).toContain('capturing');
    expect(phasesOfOrder({ operation: 'factory_reset', intent: 'install', makesSnapshot: false })).not.toContain('capturing');
    expect(phasesOfOrder({ operation: 'update', intent: 'install', makesSnapshot: true })).toContain('capturing');
  });

  it('a download ends with its bytes', () => {
    expect(phasesOfOrder({ operation: 'update', intent: 'download', makesSnapshot: true }).at(-1)).toBe('downloaded');
  });

  it('has every state once', () => {
    for (const operation of JOB_OPERATIONS) expect(new Set(JOB_PHASES[operation]).size).toBe(JOB_PHASES[operation].length);
  });
});
