import { describe, expect, it } from 'vitest';
import type { JobPosition } from '../jobs/job-machine';
import { actStillWaits } from './act-waits';

const update = (state: JobPosition['state'], heldState: JobPosition['heldState'] = null) => ({
  position: { state, heldState },
  operation: 'update' as const,
  waitingFor: null,
});

describe('what a used grant was for', () => {
  it.each([
    ['O3', update('boot_pending'), true],
    ['O3', update('written'), true],
    ['O3', update('waiting', 'written'), true],
    ['O3', update('booted_unconfirmed'), false],
    ['O3', { ...update('booted_unconfirmed'), waitingFor: 'to_be_kept' }, true],
    ['O2', { ...update('booted_unconfirmed'), waitingFor: 'to_be_kept' }, false],
    ['O3', { ...update('booted_unconfirmed'), waitingFor: 'approval' }, false],
    ['O3', update('confirmed'), false],
    ['O3', update('failed'), false],
    ['O2', update('waiting', 'writing'), true],
    ['O2', update('writing'), false],
    ['O2', update('written'), false],
    ['O1', update('paused', 'downloading'), true],
    ['O1', update('downloading'), false],
    ['O4', { position: { state: 'boot_pending', heldState: null }, operation: 'restore', waitingFor: null }, true],
    ['O4', { position: { state: 'resetting', heldState: null }, operation: 'factory_reset', waitingFor: null }, false],
    ['O3', null, false],
  ] as const)('%s in %o still waits: %s', (act, job, waits) => {
    expect(actStillWaits(act, job)).toBe(waits);
  });
});
