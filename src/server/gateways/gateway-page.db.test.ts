import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Actor, systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { browseLogs, browseLogsSchema } from '../logs/browse-logs';
import { readSafety } from '../safety/read-safety';
import { readHistory } from '../telemetry/read-history';
import { browseTimeline, browseTimelineSchema, type TimelineRow } from './browse-timeline';
import { gatewayIdOf } from './gateway-id-of';
import { readGateway } from './read-gateway';

const tag = randomUUID().slice(0, 8).toUpperCase();
const name = `${tag}-GW1`;
let gatewayId: string;
let siteId: string;
let viewer: Actor;
let stranger: Actor;
/** Three entries of one instant: paging has to get over ties. */
const TIE = new Date('2026-06-01T10:00:00.000Z');

beforeAll(async () => {
  const db = getDb();
  const site = await db.site.create({ data: { code: `G${tag}`, name: 'Here', timezone: 'Asia/Kolkata' } });
  const other = await db.site.create({ data: { code: `H${tag}`, name: 'Elsewhere', timezone: 'UTC' } });
  siteId = site.id;
  const block = await db.block.create({ data: { siteId, name: 'B12' } });
  const crane = await db.crane.create({ data: { siteId, blockId: block.id, name: `RTG-${tag}`, kind: 'rtg' } });
  const gateway = await db.gateway.create({
    data: {
      name,
      siteId,
      craneId: crane.id,
      model: 'M',
      serialNumber: `SN-${tag}`,
      hardwareRevision: 'rev-a',
      connected: true,
      activeSlot: 'B',
    },
  });
  gatewayId = gateway.id;
  viewer = { ...systemActor('viewer'), grants: [{ role: 'viewer', siteId }] };
  stranger = { ...systemActor('stranger'), grants: [{ role: 'admin', siteId: other.id }] };
  await db.slot.createMany({
    data: [
      { gatewayId, id: 'B', version: 'v2.0.0', status: 'healthy', sizeBytes: 100n, usedBytes: 40n, nextBoot: true },
      { gatewayId, id: 'A', version: 'v1.0.0', status: 'ready', sizeBytes: 100n, usedBytes: 30n },
    ],
  });
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  await db.telemetrySample.createMany({
    data: [1, 2, 2.01, 40, 90].map((minutes) => ({
      gatewayId,
      sampledAt: minutesAgo(minutes),
      cpuPercent: minutes < 3 ? 20 : 60,
      memoryPercent: 30,
      diskPercent: 40,
      temperatureC: null,
    })),
  });
  await db.gatewayLog.createMany({
    data: Array.from({ length: 7 }, (_, n) => ({
      gatewayId,
      at: TIE,
      level: n % 2 === 0 ? 'info' : 'warning',
      source: n === 6 ? 'safety' : 'ota',
      message: n === 6 ? '100% of it' : `line ${n}`,
    })),
  });
  await db.job.create({
    data: {
      id: `OTA-JOB-${tag}`,
      gatewayId,
      siteId,
      type: 'install',
      intent: 'install',
      state: 'confirmed',
      toVersion: 'v2.0.0',
      targetSlot: 'B',
      options: {},
      initiatedBy: 'test',
      finishedAt: TIE,
      events: {
        create: ['offered', 'accepted', 'confirmed'].map((state) => ({
          at: TIE,
          kind: 'state',
          state,
          message: `it is ${state}`,
          actor: 'agent',
        })),
      },
    },
  });
  await db.streamEvent.createMany({
    data: [
      { gatewayId, siteId, at: TIE, type: 'status_change', payload: { system_status: 'offline', message: 'gone', severity: 'warning' } },
      { gatewayId, siteId, at: TIE, type: 'status_change', payload: { job_id: 'x', message: 'of a job', severity: 'info' } },
    ],
  });
  await db.auditEvent.create({
    data: {
      at: TIE,
      name: 'settings.changed',
      actorType: 'user',
      actorId: 'u',
      actorName: 'sofia',
      objectType: 'gateway',
      objectId: gatewayId,
      siteId,
      result: 'ok',
      data: { changes: { update_strategy: { old: 'seamless', new: 'maintenance' } }, version: 1 },
    },
  });
});

async function wholeTimeline(actor: Actor, limit: number): Promise<TimelineRow[]> {
  const rows: TimelineRow[] = [];
  let cursor: { at: Date; key: string } | null = null;
  do {
    const page: Awaited<ReturnType<typeof browseTimeline>> = await browseTimeline(
      actor,
      browseTimelineSchema.parse({ gatewayId, limit, cursor }),
    );
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor);
  return rows;
}

describe('a gateway’s page', () => {
  it('reads the gateway with where it stands and slots A and B in order', async () => {
    const gateway = await readGateway(viewer, gatewayId);
    expect(gateway).toMatchObject({
      name,
      crane: { block: 'B12', kind: 'rtg' },
      site: { timezone: 'Asia/Kolkata' },
      vitals: null,
      job: null,
    });
    expect(gateway.slots.map(({ id, active, nextBoot }) => [id, active, nextBoot])).toEqual([
      ['A', false, false],
      ['B', true, true],
    ]);
  });

  it('does not exist for somebody of another site, for a role that may not read, and under a wrong name', async () => {
    const blind = { ...viewer, grants: [] };
    for (const actor of [stranger, blind]) {
      for (const read of [
        () => readGateway(actor, gatewayId),
        () => readSafety(actor, gatewayId),
        () => readHistory(actor, { gatewayId, range: '1h' }),
        () => browseLogs(actor, browseLogsSchema.parse({ gatewayId })),
        () => browseTimeline(actor, browseTimelineSchema.parse({ gatewayId })),
      ])
        await expect(read()).rejects.toMatchObject({ code: 'GATEWAY_NOT_FOUND' });
      expect(await gatewayIdOf(actor, name)).toBeNull();
    }
    expect(await gatewayIdOf(viewer, name)).toBe(gatewayId);
    expect(await gatewayIdOf(viewer, gatewayId.toUpperCase())).toBe(gatewayId);
    expect(await gatewayIdOf(viewer, `${name}X`)).toBeNull();
  });

  it('history: means per step, gaps as gaps, nothing beyond the range', async () => {
    const hour = await readHistory(viewer, { gatewayId, range: '1h' });
    expect(hour.points).toHaveLength(120);
    const values = hour.points.flatMap(({ cpuPercent }) => cpuPercent ?? []);
    expect(values.length).toBeGreaterThanOrEqual(2);
    expect(values.length).toBeLessThanOrEqual(4);
    expect(values[0]).toBe(60);
    expect(values.at(-1)).toBe(20);
    expect(hour.points.every(({ temperatureC }) => temperatureC === null)).toBe(true);
    const day = await readHistory(viewer, { gatewayId, range: '24h' });
    expect(day.points).toHaveLength(144);
    expect(Math.max(...day.points.flatMap(({ cpuPercent }) => cpuPercent ?? []))).toBe(60);
    expect((await readHistory(viewer, { gatewayId, range: '7d' })).points).toHaveLength(168);
  });

  it('log: filters, takes wildcards as letters, and pages over equal instants without a gap or a repetition', async () => {
    const read = (filter: object) => browseLogs(viewer, browseLogsSchema.parse({ gatewayId, ...filter }));
    expect((await read({ level: 'warning' })).rows).toHaveLength(3);
    expect((await read({ source: 'safety' })).rows.map(({ message }) => message)).toEqual(['100% of it']);
    expect((await read({ text: 'LINE' })).rows).toHaveLength(6);
    expect((await read({ text: '0% of' })).rows).toHaveLength(1);
    expect((await read({ text: '1%of' })).rows).toHaveLength(0);
    const ids: string[] = [];
    let cursor: { at: Date; id: string } | null = null;
    do {
      const page: Awaited<ReturnType<typeof read>> = await read({ limit: 2, cursor });
      ids.push(...page.rows.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(new Set(ids).size).toBe(7);
    expect(ids).toHaveLength(7);
  });

  it.each([1, 2, 50])('timeline in pages of %d: jobs and presence, once each; changes for who may read the audit trail', async (limit) => {
    const rows = await wholeTimeline(viewer, limit);
    expect(rows.map(({ what }) => what).sort()).toEqual(['accepted', 'confirmed', 'offered', 'offline']);
    const auditor = { ...viewer, grants: [{ role: 'auditor' as const, siteId }] };
    const all = await wholeTimeline(auditor, limit);
    expect(all).toHaveLength(5);
    expect(all.find(({ kind }) => kind === 'change')).toMatchObject({ message: 'settings changed: update_strategy', actor: 'sofia' });
  });

  it('safety: a version that waits to be kept is held by no hold time, as the gate before the commit asks for none', async () => {
    const db = getDb();
    // A clock ahead of the server's, as far as is taken from one: a busy machine has time to look.
    const sampledAt = new Date(Date.now() + 10_000);
    const value = { distanceM: 60, zone: 'clear', fault: false };
    await db.safetySignal.create({
      data: { gatewayId, constraint: 'acs_collision', value, source: 'test', sampledAt, receivedAt: new Date(), clearSinceAt: sampledAt },
    });
    const collision = async () => {
      const { keeps, holds } = await readSafety(viewer, gatewayId);
      return { keeps, holds: holds.filter(({ constraint }) => constraint === 'acs_collision').map(({ message }) => message) };
    };
    expect(await collision()).toEqual({ keeps: false, holds: ['within its limits, but not yet for 30 s'] });
    const job = { id: `OTA-JOB-K${tag}`, gatewayId, siteId, type: 'install', intent: 'install', toVersion: 'v2.0.0', targetSlot: 'B' };
    await db.job.create({
      data: { ...job, state: 'booted_unconfirmed', waitingFor: 'to_be_kept', options: {}, initiatedBy: 'test' },
    });
    expect(await collision()).toEqual({ keeps: true, holds: [] });
    await db.job.delete({ where: { id: job.id } });
  });

  it('safety: missing signals hold; an absent gateway has one honest reason', async () => {
    const present = await readSafety(viewer, gatewayId);
    expect(present.holds.map(({ constraint }) => constraint)).toContain('crane_motion');
    await getDb().gateway.update({ where: { id: gatewayId }, data: { connected: false } });
    expect((await readSafety(viewer, gatewayId)).holds.map(({ kind }) => kind)).toEqual(['gateway_offline']);
  });
});
