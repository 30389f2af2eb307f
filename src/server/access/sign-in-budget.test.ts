import { describe, expect, it } from 'vitest';
import { FAILED_SIGN_INS_PER_MINUTE, withinBudget } from './sign-in-budget';

describe('failed sign-ins of one address', () => {
  const wrong = async () => ({ ok: false });
  const right = async () => ({ ok: true });

  it('are looked at up to a limit, however many come at once; other addresses go on', async () => {
    const burst = Array.from({ length: FAILED_SIGN_INS_PER_MINUTE + 20 }, () => withinBudget('192.0.2.1', wrong));
    const answers = await Promise.all(burst);
    expect(answers.filter((one) => one === null)).toHaveLength(20);
    expect(await withinBudget('192.0.2.1', right)).toBeNull();
    expect(await withinBudget('192.0.2.2', right)).toEqual({ ok: true });
  });

  it('do not count those that succeed', async () => {
    for (let n = 0; n < FAILED_SIGN_INS_PER_MINUTE * 2; n += 1) expect(await withinBudget('2001:db8::1', right)).toEqual({ ok: true });
  });
});
