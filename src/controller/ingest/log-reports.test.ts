import { describe, expect, it } from 'vitest';
import type { DurableBody } from '#/protocol/mqtt/events';
import { lineOf } from './log-reports';

const slot = { status: 'healthy', health: 'good', bootCount: 1, sizeBytes: 10, usedBytes: 5, nextBoot: false, sha256: null } as const;
const hello = {
  type: 'hello',
  agentVersion: '1',
  bootId: 'boot-2',
  activeSlot: 'B',
  slots: [
    { ...slot, id: 'A', version: 'v1.0.0' },
    { ...slot, id: 'B', version: 'v1.1.0' },
  ],
} as unknown as DurableBody;
const job = {
  type: 'job',
  jobId: 'OTA-JOB-1',
  event: 'finish_write',
  state: 'written',
  message: 'partition B is written',
} as unknown as DurableBody;

describe('lines of the log from reports', () => {
  it('tell a boot from a mere reconnect', () => {
    expect(lineOf(hello, 'boot-1')).toMatchObject({ source: 'system', message: 'booted v1.1.0 from partition B' });
    expect(lineOf(hello, 'boot-2')?.message).toBe('connected, v1.1.0 on partition B');
  });
  it('tell the steps of a job, failures as errors', () => {
    expect(lineOf(job, null)).toMatchObject({ level: 'info', source: 'ota', message: 'OTA-JOB-1: partition B is written' });
    expect(lineOf({ ...job, event: 'roll_back' } as DurableBody, null)?.level).toBe('error');
    expect(lineOf({ ...job, event: 'hold' } as DurableBody, null)?.level).toBe('warning');
  });
  it('tell refused orders only, and repeat no log of the agent', () => {
    const answer = { type: 'command_result', commandId: 'c', seq: 1, code: 'OK', message: '', details: {} } as const;
    expect(lineOf(answer, null)).toBeNull();
    expect(lineOf({ ...answer, code: 'CMD_EXPIRED', message: 'too late' }, null)).toMatchObject({
      level: 'warning',
      message: 'refused an order: too late',
    });
    expect(lineOf({ type: 'log', entries: [] }, null)).toBeNull();
  });
});
