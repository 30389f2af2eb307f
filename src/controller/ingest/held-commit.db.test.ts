/** A healthy version that only the gate before the commit holds: what the server makes of it, and of agents that do not say so. */
import { describe, expect, it } from 'vitest';
import type { Hold } from '#/domain/jobs/hold';
import type { DurableBody } from '#/protocol/mqtt/events';
import { systemActor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { fleetAttention } from '#/server/gateways/fleet-attention';
import { orderControl } from '#/server/jobs/control-job';
import { decideJob } from '#/server/jobs/decide-job';
import { inProgress } from '#/server/jobs/order-job';
import { newPublicId } from '#/server/jobs/job-id';
import { readJob } from '#/server/jobs/read-job';
import { readProgress } from '#/server/jobs/read-progress';
import { makeGateway } from '#/server/testing/fleet-rows';
import { until } from '#/server/testing/until';
import { jobReport } from '../testing/wire-device';
import { applyJobReport } from './apply-job-report';

const agent = systemActor('agent');
type JobReport = Extract<DurableBody, { type: 'job' }>;
const MOVES: Hold = {
  kind: 'interlock',
  constraint: 'crane_motion',
  hard: true,
  message: 'an axis is moving',
  clearsWhen: 'the crane stands still',
};
const RESTS: Hold = {
  ...MOVES,
  hard: false,
  message: 'at rest for 5 s; 60 s are needed',
  clearsWhen: 'the crane stays at rest for 55 s more',
};

async function booted(ended: { state?: string; finishedAt?: Date; errorCode?: string } = {}) {
  const gateway = await makeGateway();
  await getDb().gateway.update({ where: { id: gateway.id }, data: { connected: true, status: 'online' } });
  const kind = { gatewayId: gateway.id, siteId: gateway.siteId, type: 'install', intent: 'install', options: {}, operation: 'update' };
  const about = { id: newPublicId('OTA-JOB'), toVersion: 'v1.1.0', targetSlot: 'B', initiatedBy: 'a test', reportSeq: 3n };
  const { id: jobId } = await getDb().job.create({ data: { ...kind, ...about, state: 'booted_unconfirmed', ...ended } });
  const say = (seq: number, at: Date, more: Partial<JobReport>) =>
    getDb().$transaction((tx) =>
      applyJobReport(
        tx,
        agent,
        { ...gateway, bootId: null },
        { ...(jobReport(jobId, seq, 'hold', 'booted_unconfirmed') as JobReport), ...more },
        at,
      ),
    );
  const status = async () => (await getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } })).status;
  return { gateway, jobId, say, status };
}

describe('a commit that is held', () => {
  it('waits to be kept: no decision, no error, no deadline, since it first waited; and is over when it is confirmed', async () => {
    const { gateway, jobId, say, status } = await booted();
    const [first, second] = [new Date('2026-03-01T08:00:00Z'), new Date('2026-03-01T08:05:00Z')];
    await say(4, first, { holds: [MOVES], details: { waits: 'to_be_kept' } });
    await say(5, second, { holds: [RESTS], details: { waits: 'to_be_kept' } });
    const row = await getDb().job.findUniqueOrThrow({ where: { id: jobId } });
    expect(row).toMatchObject({ state: 'booted_unconfirmed', waitingFor: 'to_be_kept', deadlineAt: null, stateChangedAt: first });
    expect(await readJob(agent, jobId)).toMatchObject({ undecided: false, waitsToBeKept: true, holds: [{ message: RESTS.message }] });
    expect(await readProgress(agent, { jobId })).toMatchObject({
      ...{ status: 'waiting', currentOperation: 'waiting_to_be_kept', waitingFor: 'safety' },
      holds: [{ clearsWhen: RESTS.clearsWhen }],
    });
    expect(await status()).toBe('updating');
    const { held } = await fleetAttention(agent, {
      siteCode: (await getDb().site.findUniqueOrThrow({ where: { id: gateway.siteId } })).code,
    });
    expect(held).toMatchObject([{ id: jobId, waitingFor: 'to_be_kept' }]);
    await expect(decideJob(agent, { jobId, decision: 'keep', reason: 'test' })).rejects.toMatchObject({ code: 'SYSTEM_BUSY' });
    expect((await inProgress(getDb(), gateway.id)).suggestedActions).toEqual(['Wait until its version is kept', `Roll job ${jobId} back`]);
    await expect(orderControl(agent, jobId, 'cancel', { reason: 'test' }, async () => false)).rejects.toThrow(/healthy; it is kept/);
    const told = await getDb().streamEvent.findMany({ where: { gatewayId: gateway.id, type: 'status_change' } });
    expect(told.map(({ payload }) => payload)).toMatchObject([{ system_status: 'updating' }, { system_status: 'updating' }]);

    await say(6, new Date(), { event: 'confirm', state: 'confirmed', holds: [] });
    expect(await readJob(agent, jobId)).toMatchObject({ state: 'confirmed', waitsToBeKept: false, holds: [] });
    expect(await status()).toBe('online');
  });

  it('is left by a person’s order, and can be kept again until the way back has begun', async () => {
    const { jobId, say } = await booted();
    await say(4, new Date(), { holds: [MOVES], details: { waits: 'to_be_kept' } });
    const decided = decideJob(agent, { jobId, decision: 'roll_back', reason: 'the quay asks for it' });
    const command = await until(() => getDb().outboxCommand.findFirst({ where: { jobId, name: 'job.decide' } }));
    await getDb().outboxCommand.updateMany({ where: { id: command.id }, data: { answeredAt: new Date(), resultCode: 'OK' } });
    expect(await decided).toMatchObject({ decision: 'roll_back' });
    await say(5, new Date(), { holds: [MOVES] });
    expect(await readJob(agent, jobId)).toMatchObject({ undecided: true, waitsToBeKept: false });
    expect((await readProgress(agent, { jobId })).currentOperation).toBe('waiting_to_roll_back');
  });

  it('is somebody’s decision when the agent says nothing of its being kept, as agents of before do', async () => {
    const { jobId, say, status } = await booted();
    await say(4, new Date(), { holds: [MOVES] });
    expect(await readJob(agent, jobId)).toMatchObject({ undecided: true, waitsToBeKept: false });
    expect((await readProgress(agent, { jobId })).currentOperation).toBe('waiting_to_roll_back');
    expect(await status()).toBe('error');
  });

  it('asks nobody either when the server has given its job up', async () => {
    const { jobId, say } = await booted({ state: 'failed', finishedAt: new Date(), errorCode: 'NETWORK_UNAVAILABLE' });
    await say(4, new Date(), { holds: [MOVES], details: { waits: 'to_be_kept' } });
    expect(await readJob(agent, jobId)).toMatchObject({ undecided: false, state: 'failed', holds: [] });
  });
});
