import { describe, expect, it } from 'vitest';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import { getDb } from '#/server/db/client';
import { enqueueCommand } from '#/server/outbox/enqueue-command';
import { makeGateway, makeJob, type TestGateway } from '../testing/make-gateway';
import { closeExpired } from './close-expired';
import { enforceDeadlines } from './enforce-deadlines';
import { forgetOld } from './forget-old';
import { orderNextWindows } from './next-windows';
import { createSilenceWatch, noticeSilence, SILENCE_MS } from './notice-silence';

const MINUTE_MS = 60_000;
const ago = (ms: number) => new Date(Date.now() - ms);
const jobOf = (id: string) => getDb().job.findUniqueOrThrow({ where: { id } });
const commandsOf = (gateway: TestGateway) => getDb().outboxCommand.findMany({ where: { gatewayId: gateway.id }, orderBy: { seq: 'asc' } });
const gatewayOf = (gateway: TestGateway) => getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } });

describe('deadlines', () => {
  it('fail a silent job once, say why, and tell the agent to let go', async () => {
    const gateway = await makeGateway({ connected: false });
    const jobId = await makeJob(gateway, 'verifying', { deadlineAt: ago(1) });
    const failed = await Promise.all([enforceDeadlines(), enforceDeadlines()]);
    expect(failed.sort()).toEqual([0, 1]);
    const job = await jobOf(jobId);
    expect(job).toMatchObject({ state: 'failed', errorCode: 'NETWORK_UNAVAILABLE' });
    expect(job.errorMessage).toMatch(/phase verifying until its deadline; the gateway is offline/);
    expect((await commandsOf(gateway)).map((command) => command.name)).toEqual(['job.cancel']);
  });

  it('past the switch fail the job and send nothing: nobody can stop it there', async () => {
    const gateway = await makeGateway({ connected: true });
    const jobId = await makeJob(gateway, 'boot_pending', { deadlineAt: ago(1) });
    expect(await enforceDeadlines()).toBe(1);
    expect(await jobOf(jobId)).toMatchObject({ state: 'failed', errorCode: 'SYSTEM_BUSY' });
    expect(await commandsOf(gateway)).toEqual([]);
  });

  it('leave those alone that have time, or none to keep', async () => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'writing', { deadlineAt: new Date(Date.now() + MINUTE_MS) });
    const other = await makeJob(await makeGateway(), 'waiting');
    expect(await enforceDeadlines()).toBe(0);
    expect([(await jobOf(jobId)).state, (await jobOf(other)).state]).toEqual(['writing', 'waiting']);
  });
});

describe('windows', () => {
  it('that have closed are followed by the next, and orders for past ones are taken back', async () => {
    const gateway = await makeGateway();
    const window = {
      ...defaultSettings('Europe/Amsterdam'),
      maintenance_window: { ...defaultSettings('Europe/Amsterdam').maintenance_window, enabled: true },
    };
    await getDb().gatewaySettings.create({ data: { gatewayId: gateway.id, body: window } });
    // A gateway whose settings are broken does not keep the others from theirs.
    const broken = await makeGateway();
    const nowhere = { ...window, maintenance_window: { ...window.maintenance_window, timezone: 'Nowhere/Atlantis' } };
    await getDb().gatewaySettings.create({ data: { gatewayId: broken.id, body: nowhere } });
    await makeJob(broken, 'waiting', { strategy: 'maintenance', windowEndsAt: ago(2 * MINUTE_MS) });
    const jobId = await makeJob(gateway, 'waiting', { strategy: 'maintenance', windowEndsAt: ago(MINUTE_MS) });
    await orderNextWindows();
    const first = await jobOf(jobId);
    expect(first.windowEndsAt?.getTime()).toBeGreaterThan(Date.now());
    await getDb().job.update({ where: { id: jobId }, data: { windowEndsAt: ago(1) } });
    await Promise.all([orderNextWindows(), orderNextWindows()]);
    const commands = await commandsOf(gateway);
    expect(commands.map((command) => [command.name, command.resultCode])).toEqual([
      ['job.install', 'WITHDRAWN'],
      ['job.install', null],
    ]);
  });
});

describe('commands that ran out', () => {
  const order = async (gateway: TestGateway, jobId: string, name: 'job.pause' | 'job.install') => {
    const common = { jobId, attempt: 1 };
    const install = {
      strategy: 'seamless',
      options: (await jobOf(jobId)).options as never,
      notBeforeAt: null,
      windowEndsAt: null,
    } as const;
    const body = name === 'job.pause' ? { name, ...common, reason: '' } : { name, ...common, ...install };
    await getDb().$transaction((tx) => enqueueCommand(tx, gateway.id, body, { jobId, ttlMs: -1 }));
  };

  it('are closed; a pause is no longer asked for, an install ends its job', async () => {
    const gateway = await makeGateway();
    const paused = await makeJob(gateway, 'downloading');
    await getDb().job.update({ where: { id: paused }, data: { requestedAction: 'pause' } });
    await order(gateway, paused, 'job.pause');
    const other = await makeGateway();
    const installed = await makeJob(other, 'downloaded');
    await order(other, installed, 'job.install');
    const closed = await Promise.all([closeExpired(), closeExpired()]);
    expect(closed[0] + closed[1]).toBe(2);
    expect(await jobOf(paused)).toMatchObject({ state: 'downloading', requestedAction: null });
    expect(await jobOf(installed)).toMatchObject({ state: 'failed', errorCode: 'NETWORK_UNAVAILABLE' });
  });

  it('with settings are ordered again with the present ones: they stay in force however long a gateway is away', async () => {
    const gateway = await makeGateway();
    const body = defaultSettings('Europe/Amsterdam');
    await getDb().gatewaySettings.create({ data: { gatewayId: gateway.id, body, version: 3 } });
    const old = { name: 'settings.apply', version: 2, settings: body } as const;
    await getDb().$transaction((tx) => enqueueCommand(tx, gateway.id, old, { ttlMs: -1 }));
    await closeExpired();
    const commands = await commandsOf(gateway);
    expect(commands.map((one) => [(one.body as { version: number }).version, one.resultCode])).toEqual([
      [2, 'EXPIRED'],
      [3, null],
    ]);
  });
});

describe('silence', () => {
  it('makes a gateway offline and says so once', async () => {
    const [silent, heard] = [await makeGateway({ connected: true }), await makeGateway({ connected: true })];
    await getDb().gateway.update({ where: { id: silent.id }, data: { lastSeenAt: ago(SILENCE_MS + 1000) } });
    const marked = await Promise.all([noticeSilence(), noticeSilence()]);
    expect(marked[0] + marked[1]).toBe(1);
    expect(await gatewayOf(silent)).toMatchObject({ connected: false, status: 'offline', safetyBlocked: true });
    expect((await gatewayOf(heard)).connected).toBe(true);
    expect(await getDb().streamEvent.count({ where: { gatewayId: silent.id } })).toBe(1);
  });

  it('is not called by one who could not hear: just started, or without a broker', async () => {
    const gateway = await makeGateway({ connected: true });
    await getDb().gateway.update({ where: { id: gateway.id }, data: { lastSeenAt: ago(2 * SILENCE_MS) } });
    let nowMs = Date.now();
    let hearing: number | null = nowMs;
    const watch = createSilenceWatch(
      () => hearing,
      () => nowMs,
    );
    nowMs += SILENCE_MS - 1;
    expect(await watch()).toBe(0);
    hearing = null;
    nowMs += SILENCE_MS;
    expect(await watch()).toBe(0);
    hearing = nowMs;
    nowMs += SILENCE_MS;
    expect(await watch()).toBeGreaterThan(0);
    expect((await gatewayOf(gateway)).connected).toBe(false);
  });
});

describe('retention', () => {
  it('forgets what is old and keeps what is not', async () => {
    const gateway = await makeGateway();
    const event = { gatewayId: gateway.id, siteId: gateway.siteId, type: 'system_event', payload: {} };
    await getDb().streamEvent.createMany({ data: [{ ...event, at: ago(25 * 60 * MINUTE_MS) }, event] });
    const sample = { gatewayId: gateway.id, cpuPercent: 1, memoryPercent: 1, diskPercent: 1 };
    await getDb().telemetrySample.createMany({
      data: [
        { ...sample, sampledAt: ago(31 * 24 * 60 * MINUTE_MS) },
        { ...sample, sampledAt: ago(MINUTE_MS) },
      ],
    });
    const command = { gatewayId: gateway.id, name: 'job.pause', body: {}, expiresAt: ago(1) };
    await getDb().outboxCommand.createMany({
      data: [
        { ...command, seq: 1n, answeredAt: ago(91 * 24 * 60 * MINUTE_MS) },
        { ...command, seq: 2n, answeredAt: ago(MINUTE_MS) },
      ],
    });
    await forgetOld();
    expect(await getDb().streamEvent.count({ where: { gatewayId: gateway.id } })).toBe(1);
    expect(await getDb().telemetrySample.count({ where: { gatewayId: gateway.id } })).toBe(1);
    expect((await commandsOf(gateway)).map((one) => one.seq)).toEqual([2n]);
  });
});
