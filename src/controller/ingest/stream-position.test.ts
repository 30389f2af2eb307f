import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pastEpochsAfter, type StreamPosition, standingOf } from './stream-position';

const NEW: StreamPosition = { epoch: null, lastN: 0, pastEpochs: [] };

describe('the position in a durable stream', () => {
  it('takes every number once and in order, whatever comes: in every order, with copies, over several lives of the agent', () => {
    const message = fc.record({ epoch: fc.constantFrom('a', 'b', 'c'), n: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 200 }), (messages) => {
        let position = NEW;
        const taken: string[] = [];
        for (const event of messages) {
          const standing = standingOf(position, event);
          if (standing.kind === 'duplicate') expect(taken).toContain(`${event.epoch}${event.n}`);
          if (standing.kind !== 'next') continue;
          taken.push(`${event.epoch}${event.n}`);
          position = { epoch: event.epoch, lastN: event.n, pastEpochs: pastEpochsAfter(position, event.epoch) };
        }
        expect(new Set(taken).size).toBe(taken.length);
        for (const epoch of ['a', 'b', 'c']) {
          const numbers = taken.filter((one) => one.startsWith(epoch)).map((one) => Number(one.slice(1)));
          expect(numbers).toEqual(numbers.map((_, index) => index + 1));
        }
        // An epoch that was left is never entered again.
        const order = taken.map((one) => one[0]).filter((epoch, index, all) => epoch !== all[index - 1]);
        expect(new Set(order).size).toBe(order.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('expects a gateway that was never heard to begin at one', () => {
    expect(standingOf(NEW, { epoch: 'a', n: 1 })).toEqual({ kind: 'next' });
    expect(standingOf(NEW, { epoch: 'a', n: 2 })).toEqual({ kind: 'gap', expected: 1 });
  });

  it('remembers a limited number of ended epochs', () => {
    let position = NEW;
    for (let life = 0; life < 50; life += 1) {
      const epoch = `e${life}`;
      position = { epoch, lastN: 1, pastEpochs: pastEpochsAfter(position, epoch) };
    }
    expect(position.pastEpochs).toHaveLength(20);
    expect(standingOf(position, { epoch: 'e48', n: 2 })).toEqual({ kind: 'late' });
  });
});
