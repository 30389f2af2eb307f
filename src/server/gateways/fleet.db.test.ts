import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Actor, systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { fleetAttention } from './fleet-attention';
import { fleetRunning } from './fleet-running';
import { fleetSummary } from './fleet-summary';

const mark = randomUUID().slice(0, 8).toUpperCase();
const scope = { siteCode: `F${mark}` };
const ids: Record<string, string> = {};
let viewer: Actor;
let siteId: string;

async function gateway(name: string, status: string): Promise<void> {
  const row = await getDb().gateway.create({
    data: {
      name: `${mark}-${name}`,
      site: { connect: { id: siteId } },
      crane: { create: { siteId, name: `${mark}-${name}`, kind: 'rtg' } },
      model: 'M',
      serialNumber: `SN-${mark}-${name}`,
      hardwareRevision: 'rev-A',
      enrolledAt: new Date(),
      status,
      activeVersion: name === 'away' ? null : '2.5.1',
    },
  });
  ids[name] = row.id;
}

async function job(gatewayName: string, state: string, minutesAgo: number, over: object = {}): Promise<string> {
  const at = new Date(Date.now() - minutesAgo * 60_000);
  const finished = ['confirmed', 'failed', 'rolled_back', 'cancelled'].includes(state);
  const id = `OTA-JOB-${randomUUID().slice(0, 8)}`;
  await getDb().job.create({
    data: {
      id,
      gatewayId: ids[gatewayName] ?? '',
      siteId,
      type: 'install',
      intent: 'install',
      state,
      toVersion: '2.6.0',
      targetSlot: 'B',
      options: {},
      initiatedBy: 'test',
      createdAt: at,
      stateChangedAt: at,
      finishedAt: finished ? at : null,
      ...over,
    },
  });
  return id;
}

beforeAll(async () => {
  siteId = (await getDb().site.create({ data: { code: scope.siteCode, name: 'Test', timezone: 'Asia/Kolkata' } })).id;
  viewer = { ...systemActor('test'), grants: [{ role: 'viewer', siteId }] };
  for (const [name, status] of Object.entries({
    fine: 'online',
    away: 'offline',
    broken: 'error',
    busy: 'updating',
    served: 'maintenance',
    again: 'online',
  }))
    await gateway(name, status);
  await job('fine', 'failed', 60);
  await job('again', 'failed', 120);
  await job('again', 'confirmed', 30);
  await job('broken', 'rolled_back', 5 * 24 * 60);
  await job('away', 'waiting', 10, { holds: [{ kind: 'interlock', message: 'The crane is moving', clearsWhen: 'it rests' }] });
  await job('busy', 'downloading', 1);
});

describe('fleet overview', () => {
  it('counts gateways per status and version, and jobs per day of the site', async () => {
    const summary = await fleetSummary(viewer, scope);
    expect(summary.sites).toMatchObject([{ code: scope.siteCode, total: 6, online: 2, offline: 1, updating: 1, maintenance: 1, error: 1 }]);
    expect(summary.versions).toEqual([
      { version: '2.5.1', count: 5 },
      { version: 'unknown', count: 1 },
    ]);
    expect(summary.zone).toBe('Asia/Kolkata');
    expect(summary.days).toHaveLength(14);
    const sum = (key: 'confirmed' | 'failed' | 'rolledBack') => summary.days.reduce((all, day) => all + day[key], 0);
    expect([sum('confirmed'), sum('failed'), sum('rolledBack')]).toEqual([1, 2, 1]);
  });

  it('a failure is an exception until a later job of that gateway goes well, or three days pass', async () => {
    const attention = await fleetAttention(viewer, scope);
    expect(attention.ended.map((entry) => entry.gatewayName)).toEqual([`${mark}-fine`]);
    expect(attention.held).toMatchObject([{ gatewayName: `${mark}-away`, holds: [{ message: 'The crane is moving' }] }]);
    expect(attention.away.map((entry) => entry.status)).toEqual(['error', 'offline']);
    expect(attention.away[1]?.jobId).toBe(attention.held[0]?.id);
  });

  it('shows what moves, not what waits', async () => {
    const running = await fleetRunning(viewer, scope);
    expect(running).toMatchObject({ total: 1, jobs: [{ gatewayName: `${mark}-busy`, state: 'downloading' }] });
  });

  it('shows nothing of a site to somebody of another one', async () => {
    const stranger = { ...viewer, grants: [] };
    expect((await fleetSummary(stranger, scope)).sites).toEqual([]);
    expect(await fleetRunning(stranger, scope)).toEqual({ jobs: [], total: 0 });
    expect(await fleetAttention(stranger, scope)).toMatchObject({ endedTotal: 0, heldTotal: 0, awayTotal: 0 });
  });
});
