import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concurrencyHolds } from './concurrency';
import { neighboursOf, type RailCrane } from './neighbours';

const crane = (name: string, blockId: string | null = 'b1', railPosition: number | null = null): RailCrane => ({
  id: name,
  name,
  blockId,
  railPosition,
});
const runs = (craneId: string, gatewayId = `gw-${craneId}`) => ({ craneId, gatewayId, label: `job on ${craneId}` });

describe('neighbours', () => {
  it('stand in the order of their numbers, within a block', () => {
    const map = neighboursOf([crane('STS10'), crane('STS9'), crane('STS11'), crane('RMG1', 'b2'), crane('X', null)]);
    expect([...(map.get('STS10') ?? [])].toSorted()).toEqual(['STS11', 'STS9']);
    expect(map.get('STS9')?.has('STS11')).toBe(false);
    expect([map.get('RMG1')?.size, map.get('X')?.size]).toEqual([0, 0]);
  });

  it('or of their rail positions', () => {
    const map = neighboursOf([crane('A1', 'b', 30), crane('A2', 'b', 10), crane('A3', 'b', 20)]);
    expect([...(map.get('A3') ?? [])].toSorted()).toEqual(['A1', 'A2']);
  });

  it('are so both ways, and nobody is its own', () => {
    const cranes = fc.array(
      fc.record({
        name: fc.stringMatching(/^[A-Z]{1,2}\d{1,2}$/),
        blockId: fc.constantFrom('a', 'b', null),
        railPosition: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
      }),
      { maxLength: 15 },
    );
    fc.assert(
      fc.property(cranes, (list) => {
        const named = list.map((one, index) => ({ ...one, id: String(index) }));
        const map = neighboursOf(named);
        for (const [id, beside] of map) {
          expect(beside.has(id)).toBe(false);
          expect(beside.size).toBeLessThanOrEqual(2);
          for (const other of beside) expect(map.get(other)?.has(id)).toBe(true);
        }
      }),
    );
  });
});

describe('interlocks between gateways', () => {
  const block = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => crane(`STS${number}`));
  const others = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => crane(`RMG${number}`, `yard${number}`));
  const ask = (craneId: string, running: ReturnType<typeof runs>[], limits = { cranesPerBlock: 1, percentPerSite: 25 }) =>
    concurrencyHolds({ craneId, gatewayId: `gw-${craneId}`, cranes: [...block, ...others], running, limits }).map((hold) => hold.message);

  it('nothing runs: nothing holds; the own job does not hold itself', () => {
    expect(ask('STS1', [])).toEqual([]);
    expect(ask('STS1', [runs('STS1')])).toEqual([]);
  });

  it('another gateway of the same crane, and the neighbour, hold', () => {
    expect(ask('STS1', [runs('STS1', 'second')])[0]).toContain('same crane');
    expect(ask('STS1', [runs('STS2')], { cranesPerBlock: 8, percentPerSite: 100 })).toEqual([expect.stringContaining('neighbouring')]);
    expect(ask('STS1', [runs('STS3')], { cranesPerBlock: 8, percentPerSite: 100 })).toEqual([]);
  });

  it('the block has its number, the site its share: of 16 cranes 4', () => {
    expect(ask('STS1', [runs('STS5')])).toEqual([expect.stringContaining('of this block')]);
    expect(
      ask(
        'STS1',
        ['RMG1', 'RMG2', 'RMG3'].map((id) => runs(id)),
      ),
    ).toEqual([]);
    expect(
      ask(
        'STS1',
        ['RMG1', 'RMG2', 'RMG3', 'RMG4'].map((id) => runs(id)),
      ),
    ).toEqual([expect.stringContaining('of this site')]);
  });

  it('a site always has room for one', () => {
    expect(
      concurrencyHolds({
        craneId: 'A',
        gatewayId: 'g',
        cranes: [crane('A')],
        running: [],
        limits: { cranesPerBlock: 1, percentPerSite: 1 },
      }),
    ).toEqual([]);
  });

  it('admitting one by one never exceeds a limit (property)', () => {
    let admitted = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...block, ...others), { maxLength: 20 }), (wishes) => {
        const running: ReturnType<typeof runs>[] = [];
        for (const { id } of wishes) {
          if (running.some((one) => one.craneId === id) || ask(id, running).length > 0) continue;
          running.push(runs(id));
          admitted += 1;
        }
        expect(running.length).toBeLessThanOrEqual(4);
        expect(running.filter((one) => one.craneId.startsWith('STS')).length).toBeLessThanOrEqual(1);
      }),
    );
    expect(admitted).toBeGreaterThan(100);
  });
});
