import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DurableBody } from '#/protocol/mqtt/events';
import { getDb } from '#/server/db/client';
import { enqueueCommand } from '#/server/outbox/enqueue-command';
import { makeGateway, makeJob, type TestGateway } from '../testing/make-gateway';
import { durable, hello, jobReport } from '../testing/wire-device';
import { ingestEvent } from './ingest-event';

/** Says one thing after another in one epoch. */
function speaker(gateway: TestGateway) {
  const epoch = randomUUID();
  let n = 0;
  return async (body: DurableBody) => {
    n += 1;
    expect(await ingestEvent(gateway.id, durable(epoch, n, body))).toMatchObject({ kind: 'committed', n });
  };
}

const jobOf = (id: string) => getDb().job.findUniqueOrThrow({ where: { id }, include: { events: { orderBy: { id: 'asc' } } } });
const auditsOf = (gateway: TestGateway, name: string) => getDb().auditEvent.count({ where: { objectId: gateway.id, name } });

describe('a hello', () => {
  it('with the old slot after a switch is a fall-back, though no one reports it', async () => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'written', { reportSeq: 9n });
    const say = speaker(gateway);
    await say(jobReport(jobId, 10, 'switch_slot', 'boot_pending'));
    expect(await jobOf(jobId)).toMatchObject({ state: 'boot_pending', bootIdBefore: 'boot-1' });
    await say(hello({ bootId: 'boot-2', activeSlot: 'A' }));
    expect(await jobOf(jobId)).toMatchObject({ state: 'rolled_back', errorCode: 'INVALID_UPDATE_FILE', deadlineAt: null });
    expect(await auditsOf(gateway, 'gateway.fell_back')).toBe(1);
    // What the agent itself says later is kept, and changes nothing.
    await say(jobReport(jobId, 11, 'roll_back', 'rolled_back'));
    const job = await jobOf(jobId);
    expect(job).toMatchObject({ state: 'rolled_back', errorMessage: '11 roll_back' });
    expect(job.events.at(-1)?.message).toContain('late report');
  });

  it('says what is pinned, and a later report says it again', async () => {
    const gateway = await makeGateway();
    const say = speaker(gateway);
    const pins = () => getDb().gatewayPins.findUnique({ where: { gatewayId: gateway.id } });
    await say({ ...hello({ bootId: 'boot-1', activeSlot: 'A' }), releaseKeys: { version: 3, fingerprints: ['AB'], floorVersion: null } });
    expect(await pins()).toMatchObject({ version: 3, fingerprints: ['AB'], floorVersion: null });
    await say({ type: 'release_keys', version: 4, fingerprints: ['CD'], floorVersion: 'v5.0.5' });
    expect(await pins()).toMatchObject({ version: 4, fingerprints: ['CD'], floorVersion: 'v5.0.5' });
  });

  it('says whether its agent puts files back by itself, and one that says nothing does not', async () => {
    const gateway = await makeGateway();
    const say = speaker(gateway);
    const restores = async () => (await getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } })).restoresFiles;
    await say({ ...hello({ bootId: 'boot-1', activeSlot: 'A' }), restoresFiles: true });
    expect(await restores()).toBe(true);
    // A rollback to a version with an agent of before.
    await say(hello({ bootId: 'boot-2', activeSlot: 'A' }));
    expect(await restores()).toBe(false);
  });

  it('in the restart of restored files is no fall-back, and its job goes on', async () => {
    const gateway = await makeGateway();
    const about = { operation: 'restore_files', targetSlot: 'A', reportSeq: 10n, bootIdBefore: 'boot-1' };
    const jobId = await makeJob(gateway, 'boot_pending', about);
    const say = speaker(gateway);
    await say(hello({ bootId: 'boot-2', activeSlot: 'A', job: { jobId, state: 'booted_unconfirmed' } }));
    expect((await jobOf(jobId)).state).toBe('boot_pending');
    await say(jobReport(jobId, 11, 'boot', 'booted_unconfirmed'));
    await say(jobReport(jobId, 12, 'roll_back', 'rolled_back'));
    expect((await jobOf(jobId)).state).toBe('rolled_back');
    expect(await auditsOf(gateway, 'gateway.fell_back')).toBe(0);
  });

  it('before the reboot that a switch waits for is no fall-back', async () => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'boot_pending', { reportSeq: 10n, bootIdBefore: 'boot-1' });
    const say = speaker(gateway);
    await say(hello({ bootId: 'boot-1', activeSlot: 'A', job: { jobId, state: 'boot_pending' } }));
    expect((await jobOf(jobId)).state).toBe('boot_pending');
    // Nor when the server does not know which boot was meant.
    await getDb().job.update({ where: { id: jobId }, data: { bootIdBefore: null } });
    await say(hello({ bootId: 'boot-9', activeSlot: 'A', job: { jobId, state: 'boot_pending' } }));
    expect((await jobOf(jobId)).state).toBe('boot_pending');
  });

  it('with the new slot lets the job go on to its proof of health', async () => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'boot_pending', { reportSeq: 10n, bootIdBefore: 'boot-1' });
    const say = speaker(gateway);
    await say(hello({ bootId: 'boot-2', activeSlot: 'B', job: { jobId, state: 'boot_pending' } }));
    expect((await jobOf(jobId)).state).toBe('boot_pending');
    await say(jobReport(jobId, 11, 'boot', 'booted_unconfirmed'));
    await say(jobReport(jobId, 12, 'confirm', 'confirmed'));
    expect(await jobOf(jobId)).toMatchObject({ state: 'confirmed', percent: 100 });
    expect(await auditsOf(gateway, 'gateway.fell_back')).toBe(0);
  });

  it('of an agent that has lost its journal fails the job that it had accepted', async () => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'writing', { reportSeq: 7n });
    await speaker(gateway)(hello({ job: null }));
    expect(await jobOf(jobId)).toMatchObject({ state: 'failed', errorCode: 'JOB_NOT_FOUND' });
  });

  it('does not fail a job that the agent has not been told of yet', async () => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'offered');
    await speaker(gateway)(hello({ job: null }));
    expect((await jobOf(jobId)).state).toBe('offered');
  });

  it('of another slot without a job is a fall-back of the gateway', async () => {
    const gateway = await makeGateway();
    await speaker(gateway)(hello({ bootId: 'boot-2', activeSlot: 'B' }));
    expect(await auditsOf(gateway, 'gateway.fell_back')).toBe(1);
    expect(await getDb().gateway.findUnique({ where: { id: gateway.id } })).toMatchObject({ activeSlot: 'B', bootId: 'boot-2' });
  });

  it('keeps command numbers above those that the agent has answered (a restored database)', async () => {
    const gateway = await makeGateway();
    await speaker(gateway)(hello({ lastCommandSeq: 41 }));
    const order = { name: 'job.pause', jobId: 'j', attempt: 1, reason: '' } as const;
    const { seq } = await getDb().$transaction((tx) => enqueueCommand(tx, gateway.id, order));
    expect(seq).toBe(42n);
  });
});

describe('an answer to a command', () => {
  async function ordered(name: 'job.cancel' | 'job.deploy' | 'job.install', state: 'downloading' | 'offered' | 'downloaded') {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, state, { reportSeq: state === 'offered' ? 0n : 3n });
    const command = await getDb().outboxCommand.create({
      data: { gatewayId: gateway.id, seq: 1n, name, body: {}, jobId, expiresAt: new Date(Date.now() + 60_000), sentAt: new Date() },
    });
    await getDb().job.update({ where: { id: jobId }, data: { requestedAction: 'cancel' } });
    const say = speaker(gateway);
    const answer = (code: string, details = {}) =>
      say({ type: 'command_result', commandId: command.id, seq: 1, code, message: `said ${code}`, details });
    const stored = () => getDb().outboxCommand.findUniqueOrThrow({ where: { id: command.id } });
    return { gateway, jobId, answer, stored };
  }

  it('counts once', async () => {
    const { answer, stored } = await ordered('job.cancel', 'downloading');
    await answer('JOB_PAST_NO_RETURN');
    await answer('OK');
    expect(await stored()).toMatchObject({ resultCode: 'JOB_PAST_NO_RETURN' });
  });

  it('that refuses the deploy fails the job with what it means', async () => {
    const { answer, jobId } = await ordered('job.deploy', 'offered');
    await answer('SLOT_TOO_SMALL');
    expect(await jobOf(jobId)).toMatchObject({ state: 'failed', errorCode: 'INSUFFICIENT_DISK_SPACE' });
  });

  it('that refuses a cancel leaves the job as it is and no longer asks', async () => {
    const { answer, jobId } = await ordered('job.cancel', 'downloading');
    await answer('JOB_STATE_CONFLICT');
    expect(await jobOf(jobId)).toMatchObject({ state: 'downloading', requestedAction: null });
  });

  it('of a job that the agent does not know ends the job: it would block the gateway for ever', async () => {
    const { answer, jobId } = await ordered('job.install', 'downloaded');
    await answer('JOB_UNKNOWN');
    expect(await jobOf(jobId)).toMatchObject({ state: 'failed', errorCode: 'JOB_NOT_FOUND' });
  });

  it('that agrees to install a job that rested starts the clock: from now on silence is a failure', async () => {
    const { answer, jobId } = await ordered('job.install', 'downloaded');
    expect((await jobOf(jobId)).deadlineAt).toBeNull();
    await answer('OK');
    expect((await jobOf(jobId)).deadlineAt?.getTime()).toBeGreaterThan(Date.now());
  });

  it('that was given before is taken as it was given then', async () => {
    const { answer, stored, jobId } = await ordered('job.cancel', 'downloading');
    await answer('CMD_REPLAYED', { first: { code: 'OK', message: 'cancelled', details: {} } });
    expect(await stored()).toMatchObject({ resultCode: 'OK', resultText: 'cancelled' });
    expect((await jobOf(jobId)).state).toBe('downloading');
  });
});
