import { expect, it } from 'vitest';
import { createTurnstile } from './turnstile';

it('so many run at a time, in order, also behind one that fails', async () => {
  const { pass } = createTurnstile(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (number: number) =>
    pass(async () => {
      begun.push(number);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (number === 1) throw new Error('one fails');
      return number;
    });
  const all = Promise.allSettled([0, 1, 2, 3, 4].map(work));
  const afterwards = async (end: number) => {
    ends[end]?.();
    await new Promise((resolve) => setImmediate(resolve));
    return begun;
  };
  expect(await afterwards(-1)).toEqual([0, 1]);
  expect(await afterwards(1)).toEqual([0, 1, 2]);
  expect(await afterwards(2)).toEqual([0, 1, 2, 3]);
  expect(await afterwards(0)).toEqual([0, 1, 2, 3, 4]);
  await afterwards(3);
  await afterwards(4);
  expect((await all).map((one) => (one.status === 'fulfilled' ? one.value : one.status))).toEqual([0, 'rejected', 2, 3, 4]);
  expect(await pass(async () => 'again')).toBe('again');
});
