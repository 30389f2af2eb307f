import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { getDb } from '#/server/db/client';
import { makeGateway, makeJob } from '../testing/make-gateway';
import { durable, hello } from '../testing/wire-device';
import { createEventLanes } from './event-lanes';
import { createProgressBatch } from './progress-batch';
import { readEvent } from './read-event';
import { createTelemetryBatch } from './telemetry-batch';

const logsOf = (gatewayId: string) => getDb().gatewayLog.findMany({ where: { gatewayId }, orderBy: { id: 'asc' } });
const entry = (message: string, details = {}) =>
  ({ at: new Date().toISOString(), level: 'info', source: 'system', message, details }) as const;

describe('what one gateway says', () => {
  it('with characters that the database cannot keep is kept without them', async () => {
    const gateway = await makeGateway();
    const lanes = createEventLanes(() => {});
    const body = { type: 'log', entries: [entry('a\0b \ud800', { 'k\0': ['\0', '\udfff'] })] };
    lanes.add(gateway.id, readEvent(JSON.parse(JSON.stringify({ ...durable(randomUUID(), 1, hello()), body }))));
    await vi.waitFor(async () => expect(await logsOf(gateway.id)).toHaveLength(1), { timeout: 60_000 });
    expect((await logsOf(gateway.id))[0]).toMatchObject({ message: 'a\uFFFDb \uFFFD', details: { 'k\uFFFD': ['\uFFFD', '\uFFFD'] } });
    await lanes.stop();
  });

  it('and the server does not understand is kept as text, and does not hold up what follows', async () => {
    const gateway = await makeGateway();
    const confirms: string[] = [];
    const lanes = createEventLanes((_topic, payload) => confirms.push(payload));
    const epoch = randomUUID();
    lanes.add(gateway.id, readEvent({ ...durable(epoch, 1, hello()), body: { type: 'from_the_future', secretOfLife: 42 } }));
    lanes.add(gateway.id, durable(epoch, 2, { type: 'log', entries: [entry('after')] }));
    await vi.waitFor(() => expect(confirms.map((text) => JSON.parse(text).n)).toEqual([1, 2]), { timeout: 60_000 });
    const [first, second] = await logsOf(gateway.id);
    expect(first).toMatchObject({ level: 'error', details: { n: 1, text: expect.stringContaining('secretOfLife') } });
    expect(second).toMatchObject({ message: 'after' });
    await lanes.stop();
  });

  it('and the database refuses for ever is set aside as text after a few tries', async () => {
    const gateway = await makeGateway();
    const lanes = createEventLanes(() => {});
    const epoch = randomUUID();
    // A year that a timestamp cannot hold passes the wire's own check of the form.
    lanes.add(gateway.id, durable(epoch, 1, hello({ bootedAt: '+999999-12-31T23:59:59.000Z' })));
    lanes.add(gateway.id, durable(epoch, 2, { type: 'log', entries: [entry('after')] }));
    await vi.waitFor(async () => expect(await logsOf(gateway.id)).toHaveLength(2), { timeout: 60_000 });
    expect((await logsOf(gateway.id)).map((log) => log.level)).toEqual(['error', 'info']);
    await lanes.stop();
  });

  it('cannot spoil the batch of the others', async () => {
    const [good, bad] = [await makeGateway({ connected: true }), await makeGateway({ connected: true })];
    const [goodJob, badJob] = [await makeJob(good, 'downloading'), await makeJob(bad, 'downloading')];
    const progress = createProgressBatch(50);
    const report = { v: 1, attempt: 1, seq: 1, state: 'downloading', percent: 10, bytesDone: 5, bytesTotal: 9 } as const;
    const rest = { speedBytesPerSecond: 1, connections: 1, errors: 0, retries: 0, at: new Date().toISOString() };
    progress.add(bad.id, { ...report, ...rest, jobId: `${badJob}\0` });
    progress.add(bad.id, { ...report, ...rest, jobId: badJob, connections: 2 ** 40 });
    progress.add(good.id, { ...report, ...rest, jobId: goodJob });
    const telemetry = createTelemetryBatch(50);
    const vitals = {
      cpuPercent: 1,
      memoryPercent: 2,
      diskPercent: 3,
      temperatureC: null,
      uptimeSeconds: 4,
      memoryFreeBytes: 5,
      diskFreeBytes: 6,
    };
    telemetry.add(bad.id, { v: 1, at: '0000-01-01T00:00:00Z', vitals });
    telemetry.add(good.id, { v: 1, at: new Date().toISOString(), vitals });
    await Promise.all([progress.stop(), telemetry.stop()]);
    expect(await getDb().job.findUnique({ where: { id: goodJob } })).toMatchObject({ percent: 10, progressSeq: 1n });
    expect(await getDb().job.findUnique({ where: { id: badJob } })).toMatchObject({ percent: 10, connections: 2 ** 31 - 1 });
    expect(await getDb().gatewayVitals.findUnique({ where: { gatewayId: good.id } })).toMatchObject({ cpuPercent: 1 });
    expect(await getDb().gatewayVitals.findUnique({ where: { gatewayId: bad.id } })).toBeNull();
  });
});
