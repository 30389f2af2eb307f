import { describe, expect, it } from 'vitest';
import { nextOperation } from './next-operation';

describe('the operation that comes next', () => {
  it('follows the phase, also of a job that waits or is paused', () => {
    expect(nextOperation({ state: 'downloading', heldState: null })).toBe('O1');
    expect(nextOperation({ state: 'waiting', heldState: 'accepted' })).toBe('O1');
    expect(nextOperation({ state: 'waiting', heldState: 'verifying' })).toBe('O2');
    expect(nextOperation({ state: 'downloaded', heldState: null })).toBe('O2');
    expect(nextOperation({ state: 'paused', heldState: 'written' })).toBe('O3');
    expect(nextOperation({ state: 'boot_pending', heldState: null })).toBe('O3');
  });

  it('is the same from the first to the last step of a recovery operation', () => {
    for (const state of ['offered', 'verifying', 'written', 'resetting'] as const) {
      expect(nextOperation({ state, heldState: null }, 'snapshot')).toBe('O1');
      expect(nextOperation({ state, heldState: null }, 'rollback')).toBe('O3');
      expect(nextOperation({ state, heldState: null }, 'restore')).toBe('O4');
      expect(nextOperation({ state, heldState: null }, 'restore_files')).toBe('O4');
      expect(nextOperation({ state, heldState: null }, 'factory_reset')).toBe('O4');
    }
  });
});
