import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DurableEvent } from '#/protocol/mqtt/events';
import { decodeSegment, encodeRecords } from './segment';

const at = '2026-11-25T20:00:00.000Z';
const event = (n: number): DurableEvent => ({
  v: 1,
  epoch: 'e1',
  n,
  at,
  body: { type: 'command_result', commandId: `c${n}`, seq: n, code: 'OK', message: 'done', details: {} },
});
const join = (...lines: Uint8Array[]) => Uint8Array.from(Buffer.concat(lines));

describe('a segment of the outbox', () => {
  const first = encodeRecords([event(1), event(2)]);
  const second = encodeRecords([{ confirmed: 2 }, event(3), event(4)]);

  it('gives back what was written', () => {
    const content = decodeSegment(join(first, second), 'e1', 1);
    expect(content).toMatchObject({ confirmed: 2, damaged: false, validBytes: first.length + second.length });
    expect(content.events.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  });

  it('takes a last write of which any part is missing for a torn tail, never for damage', () => {
    fc.assert(
      fc.property(fc.nat(second.length - 1), fc.nat(second.length), (from, length) => {
        const torn = second.slice();
        torn.fill(0, from, from + Math.max(1, length));
        expect(decodeSegment(join(first, torn), 'e1', 1)).toMatchObject({ damaged: false, validBytes: first.length, confirmed: 0 });
        expect(decodeSegment(join(first, second.slice(0, from)), 'e1', 1)).toMatchObject({ damaged: false, validBytes: first.length });
      }),
    );
  });

  it('takes a broken line before a whole one, and a gap in the numbers, for damage', () => {
    const broken = first.slice();
    broken[12] = 0;
    expect(decodeSegment(join(broken, second), 'e1', 1).damaged).toBe(true);
    expect(decodeSegment(join(first, encodeRecords([event(4)])), 'e1', 1).damaged).toBe(true);
    expect(decodeSegment(first, 'e2', 1).damaged).toBe(true);
  });
});
