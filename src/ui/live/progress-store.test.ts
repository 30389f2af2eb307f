import { describe, expect, it, vi } from 'vitest';
import { createProgressStore } from './progress-store';

const progress = (progressSeq: number, jobId = 'OTA-JOB-1') => ({
  jobId,
  gatewayId: 'g',
  state: 'downloading',
  percent: progressSeq,
  bytesDone: 0,
  bytesTotal: 100,
  bytesPerSecond: 0,
  progressSeq,
  atMs: 0,
});

describe('progress store', () => {
  it('never moves backwards and tells only who listens to that job', () => {
    const store = createProgressStore();
    const mine = vi.fn();
    const other = vi.fn();
    const stop = store.subscribe('OTA-JOB-1', mine);
    store.subscribe('OTA-JOB-2', other);
    store.put([progress(5)]);
    store.put([progress(3)]);
    store.put([progress(5)]);
    expect(store.get('OTA-JOB-1')?.percent).toBe(5);
    expect(mine).toHaveBeenCalledTimes(1);
    expect(other).not.toHaveBeenCalled();
    stop();
    store.put([progress(6)]);
    expect(mine).toHaveBeenCalledTimes(1);
  });

  it('keeps a bounded number of jobs, the newest', () => {
    const store = createProgressStore();
    store.put(Array.from({ length: 2_100 }, (_, at) => progress(1, `job-${at}`)));
    expect(store.get('job-0')).toBeUndefined();
    expect(store.get('job-2099')).toBeDefined();
  });
});
