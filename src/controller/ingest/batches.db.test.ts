import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgressReport, TelemetryReport } from '#/protocol/mqtt/events';
import { getDb } from '#/server/db/client';
import { makeGateway, makeJob } from '../testing/make-gateway';
import { createProgressBatch } from './progress-batch';
import { createTelemetryBatch } from './telemetry-batch';

const at = new Date().toISOString();
const progressOf = (jobId: string, seq: number, data: Partial<ProgressReport> = {}): ProgressReport => ({
  v: 1,
  jobId,
  attempt: 1,
  seq,
  state: 'downloading',
  percent: seq,
  bytesDone: seq * 10,
  bytesTotal: 1000,
  speedBytesPerSecond: seq,
  connections: 1,
  errors: 0,
  retries: 0,
  at,
  ...data,
});
const jobOf = (id: string) => getDb().job.findUniqueOrThrow({ where: { id } });

describe('progress', () => {
  it('ends at the newest report, whatever the order, the copies, the batches and the controllers', async () => {
    const gateway = await makeGateway();
    const steps = fc.array(fc.record({ seq: fc.integer({ min: 1, max: 100 }), other: fc.boolean() }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (reports) => {
        const jobId = await makeJob(gateway, 'downloading');
        const batches = [createProgressBatch(1), createProgressBatch(1)] as const;
        for (const [index, { seq, other }] of reports.entries()) {
          batches[other ? 1 : 0].add(gateway.id, progressOf(jobId, seq));
          // Some batches are written on the way.
          if (index % 20 === 19) await jobOf(jobId);
        }
        await Promise.all(batches.map((batch) => batch.stop()));
        const newest = Math.max(...reports.map(({ seq }) => seq));
        expect(await jobOf(jobId)).toMatchObject({ progressSeq: BigInt(newest), percent: newest, bytesDone: BigInt(newest * 10) });
        await getDb().job.delete({ where: { id: jobId } });
      }),
      { numRuns: 15 },
    );
  });

  it('of another phase, another attempt, another gateway or an ended job changes nothing', async () => {
    const [gateway, stranger] = [await makeGateway(), await makeGateway()];
    const jobId = await makeJob(gateway, 'downloading');
    const batch = createProgressBatch(1);
    batch.add(gateway.id, progressOf(jobId, 5));
    batch.add(stranger.id, progressOf(jobId, 99));
    await batch.stop();
    const late = createProgressBatch(1);
    late.add(gateway.id, progressOf(jobId, 60, { state: 'verifying' }));
    late.add(stranger.id, progressOf(jobId, 61));
    await late.stop();
    const otherAttempt = createProgressBatch(1);
    otherAttempt.add(gateway.id, progressOf(jobId, 62, { attempt: 2 }));
    otherAttempt.add(gateway.id, progressOf(jobId, 70));
    await otherAttempt.stop();
    expect(await jobOf(jobId)).toMatchObject({ progressSeq: 5n, percent: 5 });
    await getDb().job.update({ where: { id: jobId }, data: { state: 'failed', finishedAt: new Date() } });
    const after = createProgressBatch(1);
    after.add(gateway.id, progressOf(jobId, 80));
    await after.stop();
    expect(await jobOf(jobId)).toMatchObject({ progressSeq: 5n });
  });

  it('shows a percentage that never falls, though the bytes are told as they are', async () => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'downloading');
    for (const [seq, percent] of [
      [1, 40],
      [2, 30],
    ] as const) {
      const batch = createProgressBatch(1);
      batch.add(gateway.id, progressOf(jobId, seq, { percent, bytesDone: percent }));
      await batch.stop();
    }
    expect(await jobOf(jobId)).toMatchObject({ percent: 40, bytesDone: 30n, progressSeq: 2n });
  });
});

describe('telemetry', () => {
  const vitals = { memoryPercent: 2, diskPercent: 3, temperatureC: null, uptimeSeconds: 4, memoryFreeBytes: 5, diskFreeBytes: 6 };
  const instant = (second: number) => new Date(Date.now() - 60_000 + second * 1000).toISOString();
  const distance = (second: number) => ({
    acs_collision: {
      value: { distanceM: second, zone: 'clear', fault: false },
      source: 's',
      sampledAt: instant(second),
      clearSinceAt: null,
    },
  });
  const reportAt = (second: number): TelemetryReport => ({
    v: 1,
    at: instant(second),
    vitals: { cpuPercent: second, ...vitals },
    signals: distance(second) as TelemetryReport['signals'],
  });
  const write = async (gatewayId: string, reports: TelemetryReport[]) => {
    const batch = createTelemetryBatch(1);
    for (const report of reports) batch.add(gatewayId, report);
    await batch.stop();
  };
  const stored = async (gatewayId: string) => ({
    cpu: (await getDb().gatewayVitals.findUniqueOrThrow({ where: { gatewayId } })).cpuPercent,
    signal: (await getDb().safetySignal.findFirstOrThrow({ where: { gatewayId } })).value,
  });

  it('keeps the newest vitals and signals, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 }), fc.nat(12), async (seconds, cut) => {
        const gateway = await makeGateway({ connected: true });
        const reports = seconds.map(reportAt);
        await write(gateway.id, reports.slice(0, cut));
        await write(gateway.id, reports.slice(cut));
        const newest = Math.max(...seconds);
        expect(await stored(gateway.id)).toEqual({ cpu: newest, signal: { distanceM: newest, zone: 'clear', fault: false } });
      }),
      { numRuns: 10 },
    );
  });

  it('of a clock that was ahead does not shut out the right time', async () => {
    const gateway = await makeGateway({ connected: true });
    await write(gateway.id, [reportAt(3600)]);
    await write(gateway.id, [reportAt(20)]);
    expect(await stored(gateway.id)).toMatchObject({ cpu: 20, signal: { distanceM: 20 } });
  });

  it('makes a gateway online that counted as silent, but not by words from before it went', async () => {
    const gateway = await makeGateway({ connected: false });
    await write(gateway.id, [reportAt(20)]);
    expect(await getDb().gateway.findUnique({ where: { id: gateway.id } })).toMatchObject({ connected: true, status: 'online' });
    expect(await getDb().streamEvent.count({ where: { gatewayId: gateway.id, type: 'status_change' } })).toBe(1);
    const gone = { connected: false, disconnectedAt: new Date(Date.now() + 60_000) };
    await getDb().gateway.update({ where: { id: gateway.id }, data: gone });
    await write(gateway.id, [reportAt(21)]);
    expect(await getDb().gateway.findUnique({ where: { id: gateway.id } })).toMatchObject({ connected: false });
  });
});
