import { describe, expect, it } from 'vitest';
import { undecidedHold } from '#/domain/jobs/undecided';
import type { DurableBody } from '#/protocol/mqtt/events';
import { systemActor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { decideJob } from '#/server/jobs/decide-job';
import { newPublicId } from '#/server/jobs/job-id';
import { readJob } from '#/server/jobs/read-job';
import { makeGateway } from '#/server/testing/fleet-rows';
import { until } from '#/server/testing/until';
import { jobReport } from '../testing/wire-device';
import { applyCommandResult } from './apply-command-result';
import { applyJobReport } from './apply-job-report';

const agent = systemActor('agent');
type JobReport = Extract<DurableBody, { type: 'job' }>;

/** A job that was given up, whose gateway comes back and asks. */
async function asking() {
  const gateway = await makeGateway();
  const job = { gatewayId: gateway.id, siteId: gateway.siteId, type: 'install', intent: 'install', options: { autoRollback: false } };
  const ended = { state: 'failed', finishedAt: new Date(), errorCode: 'NETWORK_UNAVAILABLE', reportSeq: 3n };
  const about = { id: newPublicId('OTA-JOB'), toVersion: 'v1.1.0', targetSlot: 'B', initiatedBy: 'a test' };
  const { id: jobId } = await getDb().job.create({ data: { ...job, ...ended, ...about } });
  const say = (report: DurableBody) =>
    getDb().$transaction((tx) => applyJobReport(tx, agent, { ...gateway, bootId: null }, report as JobReport, new Date()));
  expect(await readJob(agent, jobId)).toMatchObject({ undecided: false, finished: true, holds: [] });
  await say({ ...(jobReport(jobId, 4, 'hold', 'booted_unconfirmed') as JobReport), holds: [undecidedHold('v1.1.0', 'A', 'no session')] });
  return { gateway, jobId, say };
}

describe('a gateway that was away with a version that is not healthy', () => {
  it('is decided about when it is heard again, although its job was given up', async () => {
    const { jobId, say } = await asking();
    expect(await readJob(agent, jobId)).toMatchObject({
      undecided: true,
      finished: true,
      state: 'failed',
      holds: [{ kind: 'decision' }, {}],
    });
    const decided = decideJob(agent, { jobId, decision: 'roll_back', reason: 'it was never reached' });
    const open = { jobId, name: 'job.decide', answeredAt: null };
    await expect.poll(() => getDb().outboxCommand.count({ where: open })).toBe(1);
    await getDb().outboxCommand.updateMany({ where: open, data: { answeredAt: new Date(), resultCode: 'OK' } });
    expect(await decided).toMatchObject({ decision: 'roll_back' });

    await say(jobReport(jobId, 5, 'roll_back', 'rolled_back'));
    expect(await readJob(agent, jobId)).toMatchObject({ undecided: false, state: 'failed', requestedAction: null });
    await expect(decideJob(agent, { jobId, decision: 'keep', reason: 'too late' })).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  });

  it('waits for nobody any more when it has lost its memory of the job', async () => {
    const { gateway, jobId } = await asking();
    const decided = expect(decideJob(agent, { jobId, decision: 'keep', reason: 'it works' })).rejects.toMatchObject({
      code: 'SYSTEM_BUSY',
    });
    const command = await until(() => getDb().outboxCommand.findFirst({ where: { jobId, name: 'job.decide' } }));
    const answer = {
      type: 'command_result',
      commandId: command.id,
      seq: 1,
      code: 'JOB_UNKNOWN',
      message: 'there is no such job',
      details: {},
    } as const;
    await getDb().$transaction((tx) => applyCommandResult(tx, agent, { ...gateway, bootId: null }, answer, new Date()));
    await decided;
    expect(await readJob(agent, jobId)).toMatchObject({ undecided: false, state: 'failed', holds: [], requestedAction: null });
  });
});
