import { expect, it } from 'vitest';
import { MOST_ATTEMPTS, nextAttemptIn } from './backoff';

it('doubles, spreads, and gives up', () => {
  expect(nextAttemptIn(1, 0)).toBe(2500);
  expect(nextAttemptIn(1, 1)).toBe(5000);
  expect(nextAttemptIn(4, 1)).toBe(40_000);
  for (let attempts = 2; attempts < MOST_ATTEMPTS; attempts += 1) {
    expect(nextAttemptIn(attempts, 0)).toBeGreaterThanOrEqual(nextAttemptIn(attempts - 1, 0) ?? Number.NaN);
    expect(nextAttemptIn(attempts, 1)).toBeLessThanOrEqual(3_600_000);
  }
  expect(nextAttemptIn(MOST_ATTEMPTS, 0.5)).toBeNull();
});
