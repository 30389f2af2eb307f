import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Actor, systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { browseGateways, browseGatewaysSchema, GATEWAY_SORTS, type GatewayRow } from './browse-gateways';

const mark = randomUUID().slice(0, 8).toUpperCase();
let viewer: Actor;
let siteId: string;

beforeAll(async () => {
  const db = getDb();
  const site = await db.site.create({ data: { code: `S${mark}`, name: 'Test site', timezone: 'Asia/Kolkata' } });
  const other = await db.site.create({ data: { code: `T${mark}`, name: 'Other site', timezone: 'UTC' } });
  siteId = site.id;
  const crane = await db.crane.create({ data: { siteId: site.id, name: 'STS01', kind: 'sts' } });
  const foreign = await db.crane.create({ data: { siteId: other.id, name: 'RTG01', kind: 'rtg' } });
  await db.gateway.createMany({
    data: Array.from({ length: 25 }, (_, n) => ({
      name: `${mark}-${String(n).padStart(2, '0')}`,
      siteId: n < 20 ? site.id : other.id,
      craneId: n < 20 ? crane.id : foreign.id,
      model: 'M',
      serialNumber: `SN-${mark}-${n}`,
      hardwareRevision: `rev-${n % 3}`,
      status: n % 4 === 0 ? 'offline' : 'online',
      // Ties and missing values: paging has to get over both.
      activeVersion: n % 5 === 0 ? null : `2.${n % 2}.0`,
      lastSeenAt: n % 6 === 0 ? null : new Date(1_700_000_000_000 + (n % 4) * 1000),
    })),
  });
  viewer = { ...systemActor('test'), grants: [{ role: 'viewer', siteId: site.id }] };
});

async function readAll(actor: Actor, input: object): Promise<GatewayRow[]> {
  const rows: GatewayRow[] = [];
  let cursor: { key: string; name: string } | null = null;
  do {
    const page: Awaited<ReturnType<typeof browseGateways>> = await browseGateways(
      actor,
      browseGatewaysSchema.parse({ ...input, limit: 3, cursor }),
    );
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor);
  return rows;
}

describe('gateway list', () => {
  it.each(GATEWAY_SORTS.flatMap((by) => [false, true].map((desc) => [by, desc] as const)))(
    'pages by %s (descending %s) without a gap or a repetition',
    async (by, desc) => {
      const rows = await readAll(viewer, { sort: { by, desc }, filter: { text: mark } });
      expect(new Set(rows.map((row) => row.id)).size).toBe(20);
      expect(rows).toHaveLength(20);
    },
  );

  it('shows only the sites where the actor may read', async () => {
    const rows = await readAll(viewer, { filter: { text: mark } });
    expect(rows.every((row) => row.siteCode === `S${mark}`)).toBe(true);
    expect(await readAll({ ...viewer, grants: [] }, { filter: { text: mark } })).toEqual([]);
  });

  it('filters, counts the whole filter, and takes wildcards in the text as letters', async () => {
    const input = browseGatewaysSchema.parse({ filter: { text: mark, status: ['offline'], hardware: 'rev-0' }, limit: 1 });
    const page = await browseGateways(viewer, input);
    expect(page.total).toBe(2);
    expect(page.rows[0]).toMatchObject({ status: 'offline', hardwareRevision: 'rev-0' });
    expect(await readAll(viewer, { filter: { text: `${mark}%00` } })).toEqual([]);
  });

  it('names the unfinished job of a row', async () => {
    const gateway = await getDb().gateway.findUniqueOrThrow({ where: { name: `${mark}-01` } });
    const id = `OTA-JOB-${mark}`;
    await getDb().job.create({
      data: {
        id,
        gatewayId: gateway.id,
        siteId,
        type: 'install',
        intent: 'install',
        state: 'downloading',
        toVersion: '9.0.0',
        targetSlot: 'B',
        options: {},
        initiatedBy: 'test',
      },
    });
    const page = await browseGateways(viewer, browseGatewaysSchema.parse({ filter: { text: `${mark}-01` } }));
    expect(page.rows[0]).toMatchObject({ jobId: id, jobState: 'downloading', jobToVersion: '9.0.0' });
  });
});
