import { describe, expect, it, vi } from 'vitest';
import { undecidedHold } from '#/domain/jobs/undecided';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { moveJob } from '../jobs/move-job';
import { call, makeWorld, putSignals } from './testing/rest-world';
import { walkJob } from './testing/walk-job';

const WRITTEN = ['accept', 'start_download', 'finish_download', 'start_verify', 'start_write', 'finish_write'] as const;

describe('a gateway that may not fall back by itself', () => {
  it('carries the setting with the order, waits for a person when the version is not healthy, and takes the decision', async () => {
    const { gateway, release, operator, supervisor, viewer } = await makeWorld();
    await putSignals(gateway.id);
    const verification = { verify_size: false };
    await call('POST', '/settings/update', { token: supervisor, body: { auto_update: { auto_rollback: false }, verification } });
    const status = await call('GET', '/gateway/status', { token: viewer });
    expect(status.body.partitions).toMatchObject({ auto_rollback: false });

    const order = { update_id: release.id, version: release.version, target_partition: 'B' };
    const { body: started } = await call('POST', '/updates/download', { token: operator, body: order });
    const jobId = started.job_id as string;
    const job = () => getDb().job.findUniqueOrThrow({ where: { id: jobId } });
    expect((await job()).options).toMatchObject({ autoRollback: false, verifySize: false, verifySignature: true, verifyChecksum: true });
    // What counts is what the settings say when the install is ordered.
    await call('POST', '/settings/update', { token: supervisor, body: { auto_update: { auto_rollback: true } } });
    await call('POST', '/updates/install', { token: operator, body: { job_id: jobId, strategy: 'seamless', reboot_after: true } });
    expect((await job()).options).toMatchObject({ autoRollback: true });
    await call('POST', '/settings/update', { token: supervisor, body: { auto_update: { auto_rollback: false } } });
    await call('POST', '/updates/install', { token: operator, body: { job_id: jobId, strategy: 'seamless', reboot_after: true } });
    const command = await getDb().outboxCommand.findFirstOrThrow({ where: { jobId, name: 'job.install' }, orderBy: { seq: 'desc' } });
    expect(command.body).toMatchObject({ options: { autoRollback: false } });

    const decide = (token: string, decision: string) =>
      call('POST', '/jobs/decide', { token, body: { job_id: jobId, decision, reason: 'as agreed with the shift' } });
    await walkJob(jobId, [...WRITTEN, 'switch_slot', 'boot']);
    expect((await decide(operator, 'keep')).body).toMatchObject({ error_code: 'OTA_014', details: { state: 'booted_unconfirmed' } });

    const hold = async () =>
      getDb().$transaction(async (tx) =>
        moveJob(tx, systemActor('agent'), await job(), {
          event: 'hold',
          to: { state: 'booted_unconfirmed', heldState: null },
          at: new Date(),
          message: 'it is not healthy',
          holds: [undecidedHold(release.version, 'A', 'the PLC is silent')],
        }),
      );
    expect(await hold()).toBe(true);
    expect(await job()).toMatchObject({ deadlineAt: null, waitingFor: 'approval' });
    expect((await getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } })).status).toBe('error');
    const progress = await call('GET', `/updates/progress?job_id=${jobId}`, { token: viewer });
    expect(progress.body).toMatchObject({
      status: 'waiting',
      progress: { current_operation: 'waiting_for_decision' },
      status_details: { waiting_for: 'approval', holds: [{ kind: 'decision', message: expect.stringContaining('the PLC is silent') }] },
    });
    const pending = await call('GET', '/jobs?status=pending', { token: viewer });
    expect(pending.body.jobs).toMatchObject([{ id: jobId, state: 'waiting', cancelable: false }]);
    const cancelled = await call('POST', '/jobs/cancel', { token: operator, body: { job_id: jobId, reason: 'no' } });
    expect(cancelled.body).toMatchObject({ error_code: 'OTA_014', suggested_actions: ['Decide about it: keep it or roll back'] });
    const another = await call('POST', '/updates/download', { token: operator, body: order });
    expect(another.body).toMatchObject({
      error_code: 'OTA_001',
      suggested_actions: [`Decide about job ${jobId}: keep its version or roll back`],
    });
    expect((await decide(viewer, 'keep')).body.code).toBe('FORBIDDEN');

    const answered = async (decision: 'keep' | 'roll_back', resultCode: string) => {
      const asked = decide(operator, decision);
      const open = { jobId, name: 'job.decide', answeredAt: null };
      const { id, body } = await vi.waitFor(() => getDb().outboxCommand.findFirstOrThrow({ where: open }), { timeout: 60_000 });
      expect(body).toMatchObject({ decision, reason: 'as agreed with the shift' });
      expect((await job()).requestedAction).toBe(decision);
      await getDb().outboxCommand.update({
        where: { id },
        data: { answeredAt: new Date(), resultCode, resultText: 'slot A is started next' },
      });
      return asked;
    };
    expect(await answered('keep', 'OK')).toMatchObject({ status: 200, body: { status: 'keeping', job_id: jobId } });
    // Not healthy yet: it asks again.
    await hold();
    expect((await job()).requestedAction).toBeNull();
    const late = await answered('keep', 'JOB_PAST_NO_RETURN');
    expect(late.body).toMatchObject({ error_code: 'OTA_014', message: expect.stringContaining('slot A is started next') });
    expect(await answered('roll_back', 'OK')).toMatchObject({ status: 200, body: { status: 'rolling_back' } });
    await walkJob(jobId, ['roll_back']);
    expect((await decide(operator, 'roll_back')).body.error_code).toBe('OTA_013');
    const audited = await getDb().auditEvent.findMany({ where: { objectId: jobId, name: 'job.decided' } });
    expect(audited).toHaveLength(3);
  });
});
