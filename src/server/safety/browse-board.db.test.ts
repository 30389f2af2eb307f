import { describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { makeOverrideWorld, makePinned } from '../overrides/testing/override-world';
import { browseBoard, browseBoardSchema } from './browse-board';

const page = (input: object) => browseBoardSchema.parse(input);

async function world() {
  const made = await makeOverrideWorld(4);
  const viewer = await makePinned('viewer', made.site.id);
  const ids = made.gateways.map((one) => one.id);
  const row = (index: number, constraint: string, level: string) => ({
    gatewayId: ids[index] ?? '',
    siteId: made.site.id,
    constraint,
    level,
    stale: false,
    reason: 'test',
  });
  await getDb().safetyBlock.createMany({
    data: [row(0, 'crane_motion', 'hard'), row(0, 'ups_battery', 'soft'), row(1, 'ups_battery', 'soft')],
  });
  await getDb().gateway.update({ where: { id: ids[2] ?? '' }, data: { connected: false, disconnectedAt: new Date(0) } });
  return { ...made, ids, actor: viewer.actor };
}

describe('the safety board', () => {
  it('shows what blocks, how hard and since when; what is offline; and nothing that is free', async () => {
    const { actor, ids, site } = await world();
    const { rows, counts, gateways } = await browseBoard(actor, page({}));
    const of = (index: number) => rows.find((row) => row.gatewayId === ids[index]);
    expect(rows).toHaveLength(3);
    expect(of(0)?.blocks.map((block) => [block.constraint, block.level])).toEqual([
      ['crane_motion', 'hard'],
      ['ups_battery', 'soft'],
    ]);
    expect(of(0)?.blocks[0]?.since).toBeInstanceOf(Date);
    expect(of(2)).toMatchObject({ connected: false, offlineSince: new Date(0), blocks: [] });
    expect(gateways).toBe(4);
    expect(counts).toEqual([
      { siteCode: site.code, reason: 'crane_motion', soft: 0, hard: 1 },
      { siteCode: site.code, reason: 'ups_battery', soft: 2, hard: 0 },
      { siteCode: site.code, reason: 'offline', soft: 0, hard: 1 },
    ]);
  });

  it('is filtered, and continued by name', async () => {
    const { actor, ids } = await world();
    const idsOf = async (input: object) => (await browseBoard(actor, page(input))).rows.map((row) => row.gatewayId);
    expect((await idsOf({ reason: 'ups_battery' })).toSorted()).toEqual([ids[0], ids[1]].toSorted());
    expect(await idsOf({ level: 'hard' })).toEqual([ids[0]]);
    expect(await idsOf({ reason: 'offline' })).toEqual([ids[2]]);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const next = await browseBoard(actor, page({ limit: 1, cursor }));
      seen.push(...next.rows.map((row) => row.gatewayId));
      cursor = next.nextCursor;
    }
    expect(seen.toSorted()).toEqual([ids[0], ids[1], ids[2]].toSorted());
  });

  it('shows nobody another site', async () => {
    const { actor } = await world();
    const other = await world();
    const { rows } = await browseBoard(actor, page({}));
    expect(rows.some((row) => other.ids.includes(row.gatewayId))).toBe(false);
  });
});
