import { describe, expect, it } from 'vitest';
import type { JobState } from '#/domain/jobs/job-machine';
import { getDb } from '#/server/db/client';
import { refreshGatewayStatus } from '#/server/jobs/gateway-status';
import { makeGateway, makeJob } from '../testing/make-gateway';
import { followWindows } from './follow-windows';

const HOUR_MS = 3_600_000;
const fromNow = (ms: number) => new Date(Date.now() + ms);
const OPEN = { scheduledFor: fromNow(-HOUR_MS), windowEndsAt: fromNow(HOUR_MS) };
const TO_COME = { scheduledFor: fromNow(HOUR_MS), windowEndsAt: fromNow(2 * HOUR_MS) };

async function statusOf(gatewayId: string): Promise<string> {
  await refreshGatewayStatus(getDb(), gatewayId);
  return (await getDb().gateway.findUniqueOrThrow({ where: { id: gatewayId } })).status;
}
async function makeWaiting(state: JobState, window: typeof OPEN, strategy = 'maintenance', connected = true) {
  const gateway = await makeGateway({ connected });
  const jobId = await makeJob(gateway, state, { strategy });
  await getDb().job.update({ where: { id: jobId }, data: window });
  return { gateway, jobId };
}

describe('the status maintenance', () => {
  it.each([
    ['waits in the open window', 'waiting', OPEN, 'maintenance', true, 'maintenance'],
    ['writes in the open window', 'writing', OPEN, 'maintenance', true, 'maintenance'],
    ['boots in the open window', 'boot_pending', OPEN, 'maintenance', false, 'updating'],
    ['is over', 'failed', OPEN, 'maintenance', true, 'online'],
    ['waits for a window to come', 'waiting', TO_COME, 'maintenance', true, 'online'],
    ['downloads before its window', 'downloading', TO_COME, 'maintenance', true, 'updating'],
    ['has another strategy', 'waiting', OPEN, 'seamless', true, 'online'],
    ['waits on a gateway that is away', 'waiting', OPEN, 'maintenance', false, 'offline'],
  ] as const)('a job that %s', async (_what, state, window, strategy, connected, status) => {
    const { gateway, jobId } = await makeWaiting(state, window, strategy, connected);
    if (state === 'failed') await getDb().job.update({ where: { id: jobId }, data: { finishedAt: new Date() } });
    expect(await statusOf(gateway.id)).toBe(status);
  });

  it('follows the edges of the window, once each', async () => {
    const { gateway, jobId } = await makeWaiting('waiting', TO_COME);
    expect(await statusOf(gateway.id)).toBe('online');
    const seen = async (window: typeof OPEN) => {
      await getDb().job.update({ where: { id: jobId }, data: window });
      await followWindows();
      return (await getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } })).status;
    };
    expect([await seen(TO_COME), await seen(OPEN)]).toEqual(['online', 'maintenance']);
    expect(await followWindows()).toBe(0);
    expect(await seen({ scheduledFor: fromNow(-2 * HOUR_MS), windowEndsAt: fromNow(-1000) })).toBe('online');
    expect(await followWindows()).toBe(0);
  });
});
