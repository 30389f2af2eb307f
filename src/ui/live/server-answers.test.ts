import { describe, expect, it } from 'vitest';
import { owesAnswer } from './server-answers';

describe('an answer is owed', () => {
  it.each([
    ['nothing was asked', null, false, 1_000_000, false],
    ['it was asked just now', 1_000, false, 6_900, false],
    ['it was asked long ago', 1_000, false, 7_100, true],
    ['it failed, however soon', 1_000, true, 1_500, true],
    ['it failed once and was answered since', null, true, 9_000, false],
  ])('%s', (_what, askedAtMs, isError, nowMs, owes) => expect(owesAnswer(askedAtMs, isError, nowMs)).toBe(owes));
});
