import { describe, expect, it } from 'vitest';
import type { ProgressReport } from '#/protocol/mqtt/events';
import type { JournalJob } from '../journal/journal-schema';
import { SimClock } from '../testing/sim-clock';
import { makeImage } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { ProgressMeter } from './progress-meter';

const order = deployOrder(makeImage('v1.0.0', 1000), { sizeBytes: 1000 });
const job = (reportSeq: number): JournalJob => ({
  order,
  position: { state: 'downloading', heldState: null },
  oldSlot: 'A',
  reportSeq,
  pendingReport: null,
  writtenAt: null,
  rollback: null,
});

function meter() {
  const clock = new SimClock();
  const said: Omit<ProgressReport, 'v' | 'at'>[] = [];
  const progress = new ProgressMeter(clock, { durable: async () => {}, progress: (report) => void said.push(report) }, 250);
  return { clock, said, progress };
}

describe('progress', () => {
  it('is said four times a second, and always at the end', () => {
    const { clock, said, progress } = meter();
    for (let step = 0; step <= 100; step += 1) {
      progress.report(job(2), 'downloading', { percent: step, bytesDone: step * 10 });
      clock.pass(20);
    }
    progress.report(job(2), 'downloading', { percent: 100, bytesDone: 1000 });
    expect(said.map((report) => report.percent)).toEqual([0, 13, 26, 39, 52, 65, 78, 91, 100]);
    expect(said.at(-1)).toMatchObject({ bytesDone: 1000, bytesTotal: 1000, speedBytesPerSecond: 500 });
  });

  it('never goes back within a phase; its sequence only grows, over phases and restarts', () => {
    const { clock, said, progress } = meter();
    for (const percent of [40, 10, 60]) {
      progress.report(job(2), 'downloading', { percent, bytesDone: percent * 10 });
      clock.pass(300);
    }
    progress.report(job(3), 'verifying', { percent: 5, bytesDone: 50 });
    expect(said.map((report) => report.percent)).toEqual([40, 40, 60, 5]);
    const sequence = said.map((report) => report.seq);
    expect(sequence).toEqual([...new Set(sequence)].sort((a, b) => a - b));
    clock.pass(1);
    const restarted = new ProgressMeter(clock, { durable: async () => {}, progress: (report) => void said.push(report) }, 250);
    restarted.report(job(3), 'verifying', { percent: 6, bytesDone: 60 });
    expect(said.at(-1)?.seq).toBeGreaterThan(sequence.at(-1) ?? 0);
  });
});
