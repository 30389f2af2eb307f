import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventOrder } from './order-events';

const row = (id: number) => ({ id });
const reading = (ids: number[], nowMs: number, oldestRunning = 0n, nextTransaction = 100n) => ({
  rows: ids.map(row),
  nowMs,
  oldestRunning,
  nextTransaction,
});

describe('EventOrder', () => {
  it('holds back what follows a gap until the slower transaction has committed', () => {
    const order = new EventOrder(10);
    expect(order.take(reading([11, 13], 0))).toEqual([row(11)]);
    expect(order.isWaiting).toBe(true);
    expect(order.take(reading([13], 600))).toEqual([]);
    expect(order.take(reading([12, 13], 700))).toEqual([row(12), row(13)]);
    expect(order.isWaiting).toBe(false);
  });

  it('passes a gap that a rolled-back transaction has left, and not while one that is old enough still runs', () => {
    const order = new EventOrder(0);
    expect(order.take(reading([2], 0, 50n, 60n))).toEqual([]);
    expect(order.take(reading([2], 150, 50n, 61n))).toEqual([]);
    expect(order.take(reading([2], 200, 60n, 70n))).toEqual([]);
    expect(order.take(reading([2, 3], 250, 61n, 70n))).toEqual([row(2), row(3)]);
  });

  it('gives up on a gap in the end: a forgotten transaction does not stop everybody', () => {
    const order = new EventOrder(0);
    order.take(reading([5], 0));
    expect(order.take(reading([5], 30_000))).toEqual([row(5)]);
  });

  it('gives every committed event once and in order, whatever the order of commits', () => {
    // Each transaction takes its id in turn, has a number, and ends at a time of its own: committed or rolled back.
    const transactions = fc.array(fc.record({ endsAt: fc.nat(4000), commits: fc.boolean() }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(transactions, (list) => {
        const order = new EventOrder(0);
        const seen: number[] = [];
        for (let nowMs = 0; nowMs <= 5000; nowMs += 70) {
          const visible = list.flatMap(({ endsAt, commits }, at) =>
            commits && endsAt <= nowMs && at + 1 > order.position ? [at + 1] : [],
          );
          const running = list.findIndex(({ endsAt }) => endsAt > nowMs);
          const oldest = BigInt(running === -1 ? list.length + 1 : running + 1);
          seen.push(...order.take(reading(visible, nowMs, oldest, BigInt(list.length + 1))).map(({ id }) => id));
        }
        expect(seen).toEqual(list.flatMap(({ commits }, at) => (commits ? [at + 1] : [])));
      }),
    );
  });
});
