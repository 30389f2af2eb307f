import { describe, expect, it } from 'vitest';
import type { JobState } from '#/domain/jobs/job-machine';
import { etaMs, phasesOf } from './phases';

const times = (...states: JobState[]) => states.map((state, n) => ({ state, firstAt: new Date(n * 1000), lastAt: new Date(n * 1000) }));
const job = (state: JobState, over: Partial<Parameters<typeof phasesOf>[0]> = {}) => ({
  state,
  heldState: null,
  operation: 'update' as const,
  intent: 'install',
  makesSnapshot: false,
  finishedAt: null,
  stateTimes: times('offered', 'accepted', 'downloading'),
  ...over,
});
const shown = (phases: ReturnType<typeof phasesOf>) => phases.map(({ state, status }) => `${state}:${status}`);

describe('phases of a job', () => {
  it('has done ones, the present one and those to come, with how long each took', () => {
    const phases = phasesOf(job('downloading'));
    expect(shown(phases).slice(0, 4)).toEqual(['offered:done', 'accepted:done', 'downloading:now', 'downloaded:todo']);
    expect(phases).toHaveLength(10);
    expect(phases.map(({ durationMs }) => durationMs).slice(0, 3)).toEqual([1000, 1000, null]);
  });

  it('a waiting or paused job stands where it will go on', () => {
    expect(shown(phasesOf(job('waiting', { heldState: 'written' })))[6]).toBe('written:held');
  });

  it('a version that waits to be kept does so since its boot', () => {
    const before = times('offered', 'boot_pending');
    const stateTimes = [...before, { state: 'booted_unconfirmed' as const, firstAt: new Date(3000), lastAt: new Date(90_000) }];
    const phases = phasesOf(job('booted_unconfirmed', { stateTimes, waitsToBeKept: true }));
    expect(phases.slice(-3).map(({ state, status, durationMs }) => [state, status, durationMs])).toEqual([
      ['boot_pending', 'done', 2000],
      ['booted_unconfirmed', 'held', null],
      ['confirmed', 'todo', null],
    ]);
  });

  it('a download ends with its download, and rests', () => {
    const phases = phasesOf(job('downloaded', { intent: 'download' }));
    expect(shown(phases)).toEqual(['offered:done', 'accepted:done', 'downloading:done', 'downloaded:done']);
  });

  it.each(['failed', 'rolled_back', 'cancelled'] as const)('%s: stops at what was reached, then says how it ended', (state) => {
    const finishedAt = new Date(9000);
    const phases = phasesOf(job(state, { finishedAt }));
    expect(shown(phases)).toEqual(['offered:done', 'accepted:done', 'downloading:done', `${state}:ended`]);
    expect(phases.at(-1)?.at).toEqual(finishedAt);
  });

  it('a job of recovery has the steps of its own operation', () => {
    const stateTimes = times('offered', 'accepted', 'capturing', 'resetting');
    const reset = job('resetting', { operation: 'factory_reset', makesSnapshot: true, stateTimes });
    expect(shown(phasesOf(reset)).slice(2)).toEqual(['capturing:done', 'resetting:now', 'booted_unconfirmed:todo', 'confirmed:todo']);
    expect(shown(phasesOf(job('capturing', { operation: 'snapshot' }))).at(-2)).toBe('capturing:now');
  });

  it('a confirmed job is done to its last step', () => {
    expect(shown(phasesOf(job('confirmed'))).at(-1)).toBe('confirmed:done');
  });
});

describe('time left', () => {
  it.each([
    [50, 100, 10, 5000],
    [50, 100, 0, null],
    [100, 100, 10, null],
    [0, 0, 10, null],
  ])('%d of %d bytes at %d B/s: %s ms', (done, total, speed, left) => expect(etaMs(done, total, speed)).toBe(left));
});
