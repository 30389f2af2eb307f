import { describe, expect, it } from 'vitest';
import { operationOf } from './job-operation';

describe('what a job does next', () => {
  it.each([
    ['offered', null, 'O1'],
    ['waiting', 'downloading', 'O1'],
    ['waiting', 'verifying', 'O2'],
    ['writing', null, 'O2'],
    ['waiting', 'written', 'O3'],
    ['boot_pending', null, 'O3'],
  ] as const)('%s (held: %s) needs what %s needs', (state, heldState, operation) =>
    expect(operationOf({ state, heldState })).toBe(operation),
  );
});
