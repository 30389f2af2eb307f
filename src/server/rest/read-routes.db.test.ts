import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { call, makeWorld, publish, putSignals, type World } from './testing/rest-world';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  await putSignals(world.gateway.id);
});

describe('GET /gateway/status', () => {
  it.each(['/v1/cloud-integration', '/cloud-integration'])('answers under %s', async (prefix) => {
    const { status, body } = await call('GET', `${prefix}/gateway/status`, { token: world.viewer });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'online',
      gateway: { id: world.gateway.id, name: world.gateway.name, uptime: '19d 3h 12m', uptime_seconds: 1_653_120, site: world.site.name },
      partitions: {
        active: { id: 'A', version: 'v1.0.0', status: 'healthy', boot_count: 1, size: '512 MB', used: '300 MB', size_bytes: 512_000_000 },
        inactive: { id: 'B', version: 'v0.9.0', status: 'ready', next_boot: false },
        auto_rollback: true,
        rollback_count: 0,
      },
      system: { cpu_usage: 12.3, temperature: 45.5, network_status: 'connected' },
    });
  });

  it('a gateway that has never reported is null where nothing is known', async () => {
    const fresh = await makeWorld();
    await getDb().slot.deleteMany({ where: { gatewayId: fresh.gateway.id } });
    await getDb().gatewayVitals.deleteMany({ where: { gatewayId: fresh.gateway.id } });
    const { status, body } = await call('GET', '/gateway/status', { token: fresh.viewer });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      gateway: { uptime: null },
      partitions: { active: { id: null, size: null } },
      system: { cpu_usage: null },
    });
  });

  it('HEAD has the headers only, OPTIONS names the methods', async () => {
    const head = await call('GET', '/gateway/status', { token: world.viewer, method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, {}]);
    const options = await call('GET', '/gateway/status', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });
});

describe('GET /updates/check', () => {
  it('offers what is newer, newest first, and says what fits', async () => {
    const hardware = [world.gateway.hardwareRevision];
    const newer = await publish(`v1.2.0-t.${world.tag}`, hardware, { prerequisites: ['v1.1.0+'] });
    const older = await publish(`v0.5.0-t.${world.tag}`, hardware);
    const beta = await publish(`v1.3.0-t.${world.tag}`, hardware, { channel: 'beta' });
    const check = async (query: string) => {
      const { status, body } = await call('GET', `/updates/check${query}`, { token: world.operator });
      expect(status).toBe(200);
      return body as unknown as { updates: { id: string; version: string; compatible: boolean }[]; last_checked: string };
    };
    const stable = await check('');
    const mine = stable.updates.filter((update) => update.version.includes(world.tag));
    expect(mine.map((update) => [update.id, update.compatible])).toEqual([
      [newer.id, false],
      [world.release.id, true],
    ]);
    expect(stable.updates.some((update) => update.id === older.id)).toBe(false);
    expect(mine[1]).toMatchObject({ size: 452, size_unit: 'MB', size_bytes: 452_000_000, released: '2026-03-15', signature: 'verified' });
    expect((await check('?channel=beta&force=true')).updates.some((update) => update.id === beta.id)).toBe(true);
    const row = await getDb().gateway.findUniqueOrThrow({ where: { id: world.gateway.id } });
    expect(row.lastCheckAt).not.toBeNull();
  });

  it('needs the right to check', async () => {
    const { status, body } = await call('GET', '/updates/check', { token: world.viewer });
    expect([status, body.code]).toEqual([403, 'FORBIDDEN']);
  });
});

describe('GET /monitor', () => {
  it('logs: newest first, filtered, counted', async () => {
    const own = await makeWorld();
    const at = (minute: number) => new Date(Date.UTC(2026, 2, 15, 10, minute));
    await getDb().gatewayLog.createMany({
      data: [
        { gatewayId: own.gateway.id, at: at(1), level: 'info', source: 'ota', message: 'one' },
        { gatewayId: own.gateway.id, at: at(2), level: 'error', source: 'ota', message: 'two', details: { code: 7 } },
        { gatewayId: own.gateway.id, at: at(3), level: 'error', source: 'safety', message: 'three' },
        { gatewayId: own.gateway.id, at: at(4), level: 'debug', source: 'system', message: 'four' },
      ],
    });
    const all = await call('GET', '/monitor/logs', { token: own.viewer });
    expect(all.body).toMatchObject({ total: 4, filtered: 4, levels: { info: 1, warning: 0, error: 2, debug: 1 } });
    expect((all.body.logs as unknown as { message: string }[]).map((entry) => entry.message)).toEqual(['four', 'three', 'two', 'one']);
    const some = await call('GET', '/monitor/logs?level=error&source=ota&since=2026-03-15T10:00:00Z&until=2026-03-15T12:03:00%2B02:00', {
      token: own.viewer,
    });
    expect(some.body).toMatchObject({
      total: 4,
      filtered: 1,
      levels: { info: 1, error: 1 },
      logs: [{ message: 'two', details: { code: 7 } }],
    });
    expect((await call('GET', '/monitor/logs?limit=1001', { token: own.viewer })).status).toBe(400);
    expect((await call('GET', '/monitor/logs?since=yesterday', { token: own.viewer })).body).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'since' }] },
    });
  });

  it('status: what it is and has room for', async () => {
    const { status, body } = await call('GET', '/monitor/status', { token: world.viewer });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      current_operation: 'idle',
      auto_update: 'disabled',
      health: { system: 'good', partitions: 'good', recovery: 'good' },
      resources: { disk_free: '20 GB', memory_free: '2 GB', cpu_idle: 87.7, network_available: true },
    });
    await getDb().controllerHeartbeat.create({ data: { id: randomUUID(), brokerConnected: true } });
    const heard = await call('GET', '/monitor/status', { token: world.viewer });
    expect(heard.body).toMatchObject({ fleet_link: { controller: 'reporting', broker: 'connected', since: null } });
  });
});

describe('GET /safety/status', () => {
  it('a parked crane may be updated', async () => {
    await putSignals(world.gateway.id);
    const { body } = await call('GET', '/safety/status', { token: world.viewer });
    expect(body).toMatchObject({
      update_allowed: true,
      safety_score: 100,
      stale: false,
      constraints: { crane_motion: { status: 'idle' } },
    });
  });

  it('without signals nothing is allowed', async () => {
    const blind = await makeWorld();
    const { body } = await call('GET', '/safety/status', { token: blind.viewer });
    expect(body).toMatchObject({
      update_allowed: false,
      stale: true,
      constraints: { crane_motion: { status: 'unknown', blocking: true } },
    });
  });
});

describe('GET /openapi.json', () => {
  it('needs no authentication', async () => {
    const { status, body } = await call('GET', '/openapi.json');
    expect([status, body.openapi]).toEqual([200, '3.1.1']);
  });
});
