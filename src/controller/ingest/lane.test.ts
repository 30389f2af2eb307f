import { describe, expect, it } from 'vitest';
import { durable, hello } from '../testing/wire-device';
import { Lane } from './lane';

const event = (epoch: string, n: number) => durable(epoch, n, hello());
const order = (lane: Lane) => {
  const seen: string[] = [];
  for (let next = lane.next(); next; next = lane.next()) {
    seen.push(`${next.event.epoch}${next.event.n}x${next.copies}`);
    lane.settled(next.event);
  }
  return seen;
};

describe('a lane', () => {
  it('holds each event once, in order within its epoch, epochs as they came', () => {
    const lane = new Lane();
    for (const [epoch, n] of [
      ['a', 3],
      ['b', 1],
      ['a', 2],
      ['a', 3],
      ['b', 2],
      ['a', 3],
    ] as const)
      lane.add(event(epoch, n));
    expect(order(lane)).toEqual(['a2x1', 'a3x3', 'b1x1', 'b2x1']);
  });

  it('does not grow without end while nothing can be written', () => {
    const lane = new Lane();
    for (let n = 1; n <= 1000; n += 1) lane.add(event('a', n));
    expect(order(lane)).toHaveLength(200);
  });

  it('wakes from a gap when what is missing comes', async () => {
    const lane = new Lane();
    lane.add(event('a', 2));
    const pause = lane.pauseForGap({ first: 60_000, most: 60_000 });
    lane.add(event('a', 1));
    await pause;
    expect(lane.next()?.event.n).toBe(1);
  });
});
