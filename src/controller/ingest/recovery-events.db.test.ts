import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DurableBody } from '#/protocol/mqtt/events';
import type { SnapshotReport } from '#/protocol/mqtt/recovery';
import { systemActor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { newPublicId } from '#/server/jobs/job-id';
import { orderBundle } from '#/server/recovery/order-bundle';
import { removeSnapshots } from '#/server/recovery/snapshot-rows';
import { expireRecovery } from '../loops/expire-recovery';
import { makeGateway, makeJob, type TestGateway } from '../testing/make-gateway';
import { durable, hello, jobReport } from '../testing/wire-device';
import { ingestEvent } from './ingest-event';

const actor = systemActor('test');
const LATER = '2100-01-01T00:00:00.000Z';

function speaker(gateway: TestGateway) {
  const epoch = randomUUID();
  let n = 0;
  return Object.assign(
    async (body: DurableBody) => {
      n += 1;
      expect(await ingestEvent(gateway.id, durable(epoch, n, body))).toMatchObject({ kind: 'committed', n });
    },
    { again: (body: DurableBody, number: number) => ingestEvent(gateway.id, durable(epoch, number, body)) },
  );
}

function report(id: string, changes: Partial<SnapshotReport> = {}): SnapshotReport {
  return {
    id,
    name: 'Told by the gateway',
    type: 'manual',
    state: 'ready',
    version: 'v1.0.0',
    slot: 'A',
    bootable: true,
    contents: ['image', 'data'],
    compression: 'zstd',
    sizeBytes: 4242,
    sha256: 'a'.repeat(64),
    createdAt: new Date().toISOString(),
    expiresAt: LATER,
    ...changes,
  };
}
const NO_IMAGE = { present: false, version: null, sizeBytes: null, sha256: null, updatedAt: null };
const list = (...snapshots: SnapshotReport[]): DurableBody => ({ type: 'snapshots', snapshots, recoveryImage: NO_IMAGE });

function putRow(gateway: TestGateway, state: string, changes: Record<string, unknown> = {}) {
  return getDb().snapshot.create({
    data: {
      id: newPublicId('SNP'),
      gatewayId: gateway.id,
      siteId: gateway.siteId,
      name: 'Ordered here',
      type: 'manual',
      state,
      contents: ['data'],
      compression: 'zstd',
      createdBy: 'test',
      expiresAt: new Date(LATER),
      ...changes,
    },
  });
}
const stateOf = async (id: string) => (await getDb().snapshot.findUniqueOrThrow({ where: { id } })).state;

describe('a list of snapshots', () => {
  it('makes rows ready, adds what nobody knew, and calls what is gone lost or expired', async () => {
    const gateway = await makeGateway();
    const say = speaker(gateway);
    const [creating, ordered, gone, old] = [
      await putRow(gateway, 'creating'),
      await putRow(gateway, 'ordered'),
      await putRow(gateway, 'ready'),
      await putRow(gateway, 'ready', { expiresAt: new Date(0) }),
    ];
    const unknown = newPublicId('SNP');
    const body = list(report(creating.id), report(unknown, { state: 'damaged' }));
    await say({ ...body, recoveryImage: { ...NO_IMAGE, present: true, version: 'v0.1.0', sizeBytes: 7 } } as DurableBody);
    const row = await getDb().snapshot.findUniqueOrThrow({ where: { id: creating.id } });
    expect(row).toMatchObject({ state: 'ready', sizeBytes: 4242n, sha256: 'a'.repeat(64), bootable: true, name: 'Ordered here' });
    expect(await getDb().snapshot.findUniqueOrThrow({ where: { id: unknown } })).toMatchObject({
      type: 'automatic',
      state: 'damaged',
      createdBy: 'gateway',
      gatewayId: gateway.id,
    });
    expect(await Promise.all([ordered, gone, old].map(({ id }) => stateOf(id)))).toEqual(['ordered', 'lost', 'expired']);
    const image = await getDb().recoveryImage.findUniqueOrThrow({ where: { gatewayId: gateway.id } });
    expect(image).toMatchObject({ present: true, version: 'v0.1.0', sizeBytes: 7n });
    expect(await getDb().auditEvent.count({ where: { objectId: gone.id, name: 'snapshot.changed' } })).toBe(1);
    // The same event again, after a lost confirmation, and an old one: nothing moves.
    expect(await say.again(list(), 1)).toMatchObject({ kind: 'duplicate' });
    expect(await stateOf(creating.id)).toBe('ready');
  });

  it('cannot touch a snapshot of another gateway', async () => {
    const [mine, other] = [await makeGateway(), await makeGateway()];
    const { id } = await putRow(other, 'ready', { sha256: 'b'.repeat(64) });
    await speaker(mine)(list(report(id)));
    expect(await getDb().snapshot.findUniqueOrThrow({ where: { id } })).toMatchObject({
      gatewayId: other.id,
      sha256: 'b'.repeat(64),
      state: 'ready',
    });
    expect(await getDb().snapshot.count({ where: { gatewayId: mine.id } })).toBe(0);
  });

  it('that was made before an order to delete does not bring one back; one that the gateway kept does', async () => {
    const gateway = await makeGateway();
    const say = speaker(gateway);
    const row = await putRow(gateway, 'ready');
    await getDb().$transaction((tx) => removeSnapshots(tx, actor, gateway, [row], 'a test'));
    await say(list(report(row.id)));
    expect(await stateOf(row.id)).toBe('deleted');
    const order = await getDb().outboxCommand.findFirstOrThrow({ where: { gatewayId: gateway.id, name: 'snapshot.delete' } });
    const answer = { type: 'command_result', commandId: order.id, seq: Number(order.seq), code: 'RECOVERY_REFUSED', details: {} } as const;
    await say({ ...answer, message: 'a job needs it' });
    await say(list(report(row.id)));
    expect(await stateOf(row.id)).toBe('ready');
  });
});

describe('reports of a job of recovery', () => {
  it('follow the table of its own operation, to its end', async () => {
    const gateway = await makeGateway();
    const say = speaker(gateway);
    const jobId = await makeJob(gateway);
    const backup = { snapshotId: newPublicId('SNP'), name: 'b', type: 'manual', contents: ['data'], compression: 'zstd', expiresAt: LATER };
    const order = { operation: 'factory_reset', resetType: 'config', backup, preserveNetwork: true };
    const data = {
      operation: 'factory_reset',
      type: 'rollback',
      targetSlot: 'A',
      toVersion: 'v1.0.0',
      recovery: { order, reason: 'a test' },
    };
    await getDb().job.update({ where: { id: jobId }, data });
    const walk = [
      ['accept', 'accepted'],
      ['start_capture', 'capturing'],
      ['start_reset', 'resetting'],
    ] as const;
    for (const [index, [event, state]] of walk.entries()) await say(jobReport(jobId, index + 1, event, state));
    const job = () => getDb().job.findUniqueOrThrow({ where: { id: jobId } });
    expect(await job()).toMatchObject({ state: 'resetting', bootIdBefore: 'boot-1' });
    expect((await getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } })).status).toBe('updating');
    // It restarts into the slot that it ran: that is no fall-back.
    await say(jobReport(jobId, 4, 'boot', 'booted_unconfirmed'));
    await say(hello({ bootId: 'boot-2', activeSlot: 'A', job: { jobId, state: 'booted_unconfirmed' } }));
    expect((await job()).state).toBe('booted_unconfirmed');
    await say(jobReport(jobId, 5, 'confirm', 'confirmed'));
    expect(await job()).toMatchObject({ state: 'confirmed', percent: 100 });
    const told = await getDb().streamEvent.findMany({ where: { gatewayId: gateway.id, type: 'job_complete' } });
    expect(told.map(({ payload }) => (payload as { message: string }).message)).toEqual(['Factory reset completed successfully']);
  });

  it.each([
    ['rollback', 'RECOVERY_REFUSED'],
    // An agent of before the operation.
    ['restore_files', 'CMD_UNKNOWN'],
  ])('end a %s when its order is refused with %s, with the code of the contract', async (operation, code) => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway);
    await getDb().job.update({ where: { id: jobId }, data: { operation, type: 'rollback' } });
    const command = await getDb().outboxCommand.create({
      data: { gatewayId: gateway.id, seq: 1n, name: 'recovery.start', body: {}, jobId, expiresAt: new Date(LATER), sentAt: new Date() },
    });
    const message = 'said by the test';
    await speaker(gateway)({ type: 'command_result', commandId: command.id, seq: 1, code, message, details: {} });
    expect(await getDb().job.findUniqueOrThrow({ where: { id: jobId } })).toMatchObject({
      state: 'failed',
      errorCode: 'ROLLBACK_NOT_AVAILABLE',
    });
  });
});

describe('a bundle', () => {
  async function ordered() {
    const gateway = await makeGateway();
    const bundle = await getDb().$transaction((tx) => orderBundle(tx, actor, gateway, { kind: 'debug' }));
    const command = await getDb().outboxCommand.findFirstOrThrow({ where: { gatewayId: gateway.id, name: 'bundle.collect' } });
    const answer = (code: string): DurableBody => ({
      type: 'command_result',
      commandId: command.id,
      seq: Number(command.seq),
      code,
      message: 'said by the test',
      details: {},
    });
    const event = (state: 'uploaded' | 'failed', redactions: number | null = 3): DurableBody => ({
      type: 'bundle',
      bundleId: bundle.id,
      state,
      sizeBytes: null,
      sha256: null,
      redactions,
      message: 'said by the test',
    });
    const row = () => getDb().debugBundle.findUniqueOrThrow({ where: { id: bundle.id } });
    return { gateway, bundle, answer, event, row };
  }

  it('is collected when the gateway says so, ready only by its bytes, and never moves back', async () => {
    const { gateway, bundle, answer, event, row } = await ordered();
    const say = speaker(gateway);
    await say(answer('OK'));
    expect((await row()).state).toBe('collecting');
    await say(event('uploaded'));
    expect(await row()).toMatchObject({ state: 'collecting', redactions: 3 });
    await getDb().debugBundle.update({ where: { id: bundle.id }, data: { state: 'ready', sha256: 'c'.repeat(64) } });
    await say(event('failed'));
    expect((await row()).state).toBe('ready');
    await speaker(await makeGateway())(event('failed'));
    expect((await row()).state).toBe('ready');
  });

  it('that the gateway refuses has failed; and after its time only the row is left', async () => {
    const { gateway, bundle, answer, row } = await ordered();
    await speaker(gateway)(answer('CMD_UNKNOWN'));
    expect(await row()).toMatchObject({ state: 'failed' });
    expect(await getDb().auditEvent.count({ where: { objectId: bundle.id, name: 'bundle.failed' } })).toBe(1);
    await getDb().debugBundle.update({ where: { id: bundle.id }, data: { expiresAt: new Date(0) } });
    await expireRecovery();
    expect((await row()).state).toBe('expired');
    await expireRecovery();
    expect(await getDb().auditEvent.count({ where: { objectId: bundle.id, name: 'bundle.deleted' } })).toBe(1);
  });
});

describe('retention', () => {
  it('ends snapshots that their gateway had to remove long ago, and those that no list has named', async () => {
    const gateway = await makeGateway();
    const jobId = await makeJob(gateway, 'confirmed');
    await getDb().job.update({ where: { id: jobId }, data: { finishedAt: new Date(Date.now() - 7_200_000) } });
    const old = await putRow(gateway, 'ready', { expiresAt: new Date(Date.now() - 2 * 86_400_000) });
    const unlisted = await putRow(gateway, 'creating', { jobId });
    const young = await putRow(gateway, 'ready');
    await expireRecovery();
    expect(await Promise.all([old, unlisted, young].map(({ id }) => stateOf(id)))).toEqual(['expired', 'failed', 'ready']);
  });
});
