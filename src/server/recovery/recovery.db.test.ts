import { describe, expect, it } from 'vitest';
import type { Role } from '#/domain/access/roles';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { cancelJob } from '../jobs/cancel-job';
import { dispatchJob } from '../jobs/dispatch-job';
import { recoveryOfJob } from '../jobs/recovery-order';
import { startUpdate } from '../jobs/start-update';
import { approveOverride } from '../overrides/approve-override';
import { askFor, codeOf, makeConnected, makePinned, PIN, putCalmSignals, rowOf } from '../overrides/testing/override-world';
import { publish } from '../rest/testing/rest-world';
import { walkJob } from '../rest/testing/walk-job';
import { approveRecovery } from './approve-recovery';
import { createSnapshot } from './create-snapshot';
import { deleteSnapshot } from './delete-snapshot';
import { planRecovery, planRecoverySchema } from './plan-recovery';
import { readRecovery } from './read-recovery';
import { type ResetGatewayInput, resetGateway } from './reset-gateway';
import { restoreSnapshot } from './restore-snapshot';
import { rollBack } from './roll-back';
import { jobOf, makeRecoveryWorld, ordersOf, PROVEN, putJob, putSnapshot, setRules } from './testing/recovery-world';

const reason = 'the reason of a test';
const refusedWith = async (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => codeOf(error),
  );
const reset = (actor: Actor, gatewayId: string, more: Partial<ResetGatewayInput> = {}) =>
  resetGateway(actor, { gatewayId, pin: PIN, resetType: 'config', reason, ...more });

async function worldWith<R extends Role>(...roles: R[]) {
  const world = await makeRecoveryWorld();
  const people = {} as Record<R, Actor>;
  for (const role of roles) people[role] = (await makePinned(role, world.site.id)).actor;
  return { ...world, people };
}

describe('a rollback', () => {
  it('is one order, of the other slot’s proven version, with a diagnostic report that is really ordered', async () => {
    const { gateway, people } = await worldWith('operator');
    const started = await rollBack(people.operator, { gatewayId: gateway.id, reason, diagnosticReport: true });
    expect(started).toMatchObject({ slot: 'B', fromVersion: 'v1.0.0', toVersion: PROVEN, dataPreserved: true });
    expect(started.rollbackId).toMatch(/^OTA-RBK-/);
    const [order] = await ordersOf(gateway.id);
    expect(order?.body).toMatchObject({
      jobId: started.jobId,
      recovery: { operation: 'rollback', targetSlot: 'B', version: PROVEN, verify: true, preserveData: true },
    });
    const bundle = await getDb().debugBundle.findUniqueOrThrow({ where: { id: started.diagnosticReportId ?? '' } });
    expect(bundle).toMatchObject({ kind: 'diagnostic', state: 'ordered', jobId: started.jobId });
    expect(await getDb().outboxCommand.count({ where: { gatewayId: gateway.id, name: 'bundle.collect' } })).toBe(1);
    expect(await jobOf(started.jobId)).toMatchObject({ type: 'rollback', operation: 'rollback', targetSlot: 'B' });
    // Twice: the second finds the first.
    expect(await refusedWith(rollBack(people.operator, { gatewayId: gateway.id, reason }))).toBe('UPDATE_IN_PROGRESS');
    expect(await getDb().auditEvent.count({ where: { name: 'job.created', objectId: started.jobId, reason } })).toBe(1);
  });

  it('is not available to the running slot, nor to what has never proved its health there', async () => {
    const { gateway, people } = await worldWith('operator');
    const to = (targetSlot: 'A' | 'B') => refusedWith(rollBack(people.operator, { gatewayId: gateway.id, reason, targetSlot }));
    expect(await to('A')).toBe('ROLLBACK_NOT_AVAILABLE');
    // Something was written there since, and was never confirmed.
    await putJob(gateway, { state: 'rolled_back', fromVersion: 'v1.0.0', toVersion: PROVEN, targetSlot: 'B' }, ['writing', 'rolled_back']);
    expect(await to('B')).toBe('ROLLBACK_NOT_AVAILABLE');
    await putJob(gateway, { state: 'confirmed', fromVersion: 'v1.0.0', toVersion: PROVEN, targetSlot: 'B' }, ['writing', 'confirmed']);
    await getDb().slot.update({ where: { gatewayId_id: { gatewayId: gateway.id, id: 'B' } }, data: { status: 'failed' } });
    expect(await to('B')).toBe('ROLLBACK_NOT_AVAILABLE');
    expect((await readRecovery(people.operator, gateway.id)).rollback).toMatchObject({ slot: null, why: 'partition B is failed' });
    await getDb().slot.update({ where: { gatewayId_id: { gatewayId: gateway.id, id: 'B' } }, data: { status: 'ready' } });
    expect(await to('B')).toBe('done');
  });

  it('that loses data needs the right to restore', async () => {
    const { gateway, people } = await worldWith('operator', 'supervisor');
    const lossy = { gatewayId: gateway.id, reason, preserveData: false };
    expect(await refusedWith(rollBack(people.operator, lossy))).toBe('FORBIDDEN');
    const { id } = await putSnapshot(gateway, { type: 'automatic', contents: ['data', 'config'], bootable: false });
    const plan = await planRecovery(people.supervisor, planRecoverySchema.parse({ ...lossy, operation: 'rollback' }));
    // The agent puts data back, and nothing else.
    expect(plan.consequences.join()).toMatch(new RegExp(`^.*Data goes back to \\S+ \\(${id}\\).*Configuration stays`));
    expect(await rollBack(people.supervisor, lossy)).toMatchObject({ dataPreserved: false });
  });

  it('waits for the interlocks unless it is to be immediate: then it is refused with what blocks', async () => {
    const { gateway, people } = await worldWith('operator');
    await putCalmSignals(gateway.id, 25);
    const order = { gatewayId: gateway.id, reason };
    expect(await refusedWith(rollBack(people.operator, { ...order, strategy: 'immediate' }))).toBe('UPDATE_BLOCKED');
    const plan = await planRecovery(people.operator, planRecoverySchema.parse({ operation: 'rollback', gatewayId: gateway.id }));
    expect(plan.holds.map((hold) => hold.constraint)).toContain('ups_battery');
    expect(plan).toMatchObject({ operationClass: 'O3', impossible: null, toVersion: PROVEN });
    expect(await refusedWith(rollBack(people.operator, order))).toBe('done');
  });
});

describe('snapshots', () => {
  it('are a job of their own, one at a time, and follow it until the gateway lists them', async () => {
    const { gateway, people } = await worldWith('operator', 'viewer');
    const wish = { gatewayId: gateway.id, name: 'Before the change', contents: ['data' as const, 'image' as const] };
    expect(await refusedWith(createSnapshot(people.viewer, wish))).toBe('FORBIDDEN');
    const all = await Promise.allSettled([1, 2, 3].map(() => createSnapshot(people.operator, wish)));
    const made = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(made).toHaveLength(1);
    const { snapshotId, jobId } = made[0] as (typeof made)[number];
    const row = () => getDb().snapshot.findUniqueOrThrow({ where: { id: snapshotId } });
    expect(await row()).toMatchObject({ state: 'ordered', type: 'manual', jobId, contents: ['image', 'data'] });
    await walkJob(jobId, ['accept', 'start_capture']);
    expect((await row()).state).toBe('creating');
    await walkJob(jobId, ['fail'], { errorCode: 'INSUFFICIENT_DISK_SPACE', message: 'the disk filled up' });
    expect(await row()).toMatchObject({ state: 'failed', error: 'the disk filled up' });
  });

  it('stay on O1: no other crane holds one', async () => {
    const { gateway, people, site, block } = await worldWith('operator');
    const neighbour = await makeConnected(site.id, block.id, 'STS2');
    const started = await rollBack(people.operator, { gatewayId: gateway.id, reason });
    expect((await jobOf(started.jobId)).heldCommand).toBeNull();
    const snapshot = await createSnapshot(people.operator, { gatewayId: neighbour.id, name: 'x', contents: ['data'] });
    expect((await jobOf(snapshot.jobId)).heldCommand).toBeNull();
  });

  it('are removed by who may restore, unless a job needs them or there are none', async () => {
    const { gateway, people } = await worldWith('operator', 'supervisor');
    const { id, sha256 } = await putSnapshot(gateway);
    expect(await refusedWith(deleteSnapshot(people.operator, { snapshotId: id }))).toBe('FORBIDDEN');
    const { jobId } = await restoreSnapshot(people.supervisor, { gatewayId: gateway.id, snapshotId: id, reason });
    expect((await ordersOf(gateway.id))[0]?.body).toMatchObject({
      recovery: { operation: 'restore', snapshotId: id, sha256, targetSlot: 'B' },
    });
    expect(await refusedWith(deleteSnapshot(people.supervisor, { snapshotId: id }))).toBe('SYSTEM_BUSY');
    await cancelJob(people.supervisor, { jobId, reason });
    await deleteSnapshot(people.supervisor, { snapshotId: id });
    const orders = await getDb().outboxCommand.findMany({ where: { gatewayId: gateway.id, name: 'snapshot.delete' } });
    expect(orders.map(({ body }) => body)).toEqual([{ name: 'snapshot.delete', snapshotIds: [id] }]);
    expect(await refusedWith(deleteSnapshot(people.supervisor, { snapshotId: id }))).toBe('CONFLICT');
  });

  it('of people are at most ten', async () => {
    const { gateway, people } = await worldWith('operator');
    for (let n = 0; n < 10; n += 1) await putSnapshot(gateway);
    const wish = { gatewayId: gateway.id, name: 'One more', contents: ['data' as const] };
    expect(await refusedWith(createSnapshot(people.operator, wish))).toBe('CONFLICT');
  });

  it('are made by an update that asks for one, once, with its order', async () => {
    const { gateway, people } = await worldWith('operator');
    const release = await publish(`v2.0.0-s${gateway.id.slice(0, 8)}`, ['h']);
    const { jobId } = await startUpdate(people.operator, {
      gatewayId: gateway.id,
      releaseId: release.id,
      strategy: 'seamless',
      options: { createSnapshot: true },
    });
    const [row] = await getDb().snapshot.findMany({ where: { jobId } });
    expect(row).toMatchObject({ type: 'automatic', state: 'ordered', contents: ['data', 'config'], version: 'v1.0.0' });
    const deploy = await getDb().outboxCommand.findFirstOrThrow({ where: { jobId, name: 'job.deploy' } });
    expect(deploy.body).toMatchObject({ snapshot: { snapshotId: row?.id, type: 'automatic' } });
    await cancelJob(people.operator, { jobId, reason });
    expect((await getDb().snapshot.findFirstOrThrow({ where: { jobId } })).state).toBe('failed');
  });
});

describe('a restore', () => {
  it('is of a snapshot of this gateway that is whole and can be booted, to the other slot', async () => {
    const { gateway, people } = await worldWith('operator', 'supervisor');
    const other = await makeRecoveryWorld();
    const to = (snapshotId: string, more = {}) =>
      refusedWith(restoreSnapshot(people.supervisor, { gatewayId: gateway.id, snapshotId, reason, ...more }));
    const { id } = await putSnapshot(gateway);
    expect(await refusedWith(restoreSnapshot(people.operator, { gatewayId: gateway.id, snapshotId: id, reason }))).toBe('FORBIDDEN');
    expect(await to((await putSnapshot(other.gateway)).id)).toBe('NOT_FOUND');
    expect(await to((await putSnapshot(gateway, { state: 'damaged' })).id)).toBe('ROLLBACK_NOT_AVAILABLE');
    expect(await to((await putSnapshot(gateway, { bootable: false })).id)).toBe('ROLLBACK_NOT_AVAILABLE');
    expect(await to(id, { version: 'v7.7.7' })).toBe('VALIDATION_FAILED');
    expect(await to(id, { targetSlot: 'A' })).toBe('INVALID_TARGET_PARTITION');
    expect(await to(id, { version: PROVEN, targetSlot: 'B' })).toBe('done');
  });
});

describe('an override of class O4', () => {
  it('is for a restore or a reset that was ordered, and ends with it', async () => {
    const { gateway, people } = await worldWith('operator', 'supervisor');
    await putCalmSignals(gateway.id, 25);
    expect(await refusedWith(askFor(people.operator, gateway.id, { operation: 'O4' }))).toBe('VALIDATION_FAILED');
    const { id } = await putSnapshot(gateway);
    const { jobId } = await restoreSnapshot(people.supervisor, { gatewayId: gateway.id, snapshotId: id, reason });
    const asked = await askFor(people.operator, gateway.id, { operation: 'O4' });
    await approveOverride(people.supervisor, { overrideId: asked.overrideId, requestHash: asked.requestHash, pin: PIN });
    const row = await rowOf(asked.overrideId);
    expect(row).toMatchObject({ state: 'approved', operation: 'O4', jobId, grants: [{ constraint: 'ups_battery', endedAt: null }] });
    expect(await getDb().outboxCommand.count({ where: { gatewayId: gateway.id, name: 'grant.offer' } })).toBe(1);
    await cancelJob(people.supervisor, { jobId, reason });
    expect((await rowOf(asked.overrideId)).state).toBe('revoked');
  });
});

describe('a factory reset', () => {
  it('needs the right, the policy and the own PIN, and orders its backup', async () => {
    const { gateway, people, site } = await worldWith('operator', 'supervisor');
    expect(await refusedWith(reset(people.operator, gateway.id))).toBe('FORBIDDEN');
    expect(await refusedWith(reset(people.supervisor, gateway.id, { pin: '000001' }))).toBe('INVALID_PIN');
    expect(await ordersOf(gateway.id)).toEqual([]);
    await setRules(site.id, { factoryReset: false });
    // The policy refuses before a PIN is spent.
    expect(await refusedWith(reset(people.supervisor, gateway.id, { pin: '000001' }))).toBe('FACTORY_RESET_NOT_ALLOWED');
    expect((await getDb().user.findUniqueOrThrow({ where: { id: people.supervisor.id } })).pinWrongInARow).toBe(1);
    await setRules(site.id, { factoryReset: true });
    const started = await reset(people.supervisor, gateway.id);
    const job = await jobOf(started.jobId);
    expect(job).toMatchObject({ type: 'rollback', operation: 'factory_reset' });
    const [order] = await ordersOf(gateway.id);
    expect(order?.body).toMatchObject({
      recovery: { operation: 'factory_reset', resetType: 'config', preserveNetwork: true, backup: { snapshotId: started.backupId } },
    });
    // Nobody expects yesterday's reset.
    expect(order?.expiresAt.getTime()).toBeLessThanOrEqual((job.deadlineAt?.getTime() ?? 0) + 1000);
    expect((job.deadlineAt?.getTime() ?? 0) - Date.now()).toBeLessThan(25 * 3_600_000);
    expect(JSON.stringify([job.recovery, order?.body, started])).not.toContain(PIN);
  });

  it('five wrong PINs lock it out, as everywhere', async () => {
    const { gateway, people } = await worldWith('supervisor');
    for (let n = 0; n < 5; n += 1) expect(await refusedWith(reset(people.supervisor, gateway.id, { pin: '000001' }))).toBe('INVALID_PIN');
    expect(await refusedWith(reset(people.supervisor, gateway.id))).toBe('RATE_LIMITED');
  });

  it('of two at once is one', async () => {
    const { gateway, people, site } = await worldWith('supervisor');
    const second = (await makePinned('supervisor', site.id)).actor;
    const outcomes = await Promise.all([people.supervisor, second].map((actor) => refusedWith(reset(actor, gateway.id))));
    expect(outcomes.sort()).toEqual(['UPDATE_IN_PROGRESS', 'done']);
    expect(await ordersOf(gateway.id)).toHaveLength(1);
    expect(await getDb().snapshot.count({ where: { gatewayId: gateway.id, state: 'ordered' } })).toBe(1);
  });

  it('waits for another person where the policy asks for one, and the policy of the moment counts', async () => {
    const { gateway, people, site } = await worldWith('supervisor', 'operator');
    const second = (await makePinned('supervisor', site.id)).actor;
    await setRules(site.id, { resetApprovers: 1 });
    const { jobId, approvalsNeeded } = await reset(people.supervisor, gateway.id);
    expect(approvalsNeeded).toBe(1);
    expect(await ordersOf(gateway.id)).toEqual([]);
    expect(await jobOf(jobId)).toMatchObject({ heldCommand: 'recovery.start', waitingFor: 'approval' });
    expect(await refusedWith(approveRecovery(people.supervisor, { jobId, pin: PIN }))).toBe('FORBIDDEN');
    expect(await refusedWith(approveRecovery(people.operator, { jobId, pin: PIN }))).toBe('FORBIDDEN');
    expect(await refusedWith(approveRecovery(second, { jobId, pin: '000001' }))).toBe('INVALID_PIN');
    await setRules(site.id, { factoryReset: false, resetApprovers: 1 });
    expect(await approveRecovery(second, { jobId, pin: PIN })).toEqual({ jobId, sent: false });
    expect(await refusedWith(approveRecovery(second, { jobId, pin: PIN }))).toBe('CONFLICT');
    await setRules(site.id, { resetApprovers: 1 });
    await getDb().$transaction(async (tx) => {
      await dispatchJob(tx, await tx.job.findUniqueOrThrow({ where: { id: jobId } }), 'recovery.start');
    });
    expect(await ordersOf(gateway.id)).toHaveLength(1);
    expect(recoveryOfJob(await jobOf(jobId))?.approvals).toMatchObject([{ id: second.id }]);
  });

  it('is cancelled while it was never sent, its backup with it', async () => {
    const { gateway, people } = await worldWith('supervisor');
    const { jobId, backupId } = await reset(people.supervisor, gateway.id);
    await cancelJob(people.supervisor, { jobId, reason });
    expect((await jobOf(jobId)).state).toBe('cancelled');
    expect((await ordersOf(gateway.id))[0]?.resultCode).toBe('WITHDRAWN');
    expect((await getDb().snapshot.findUniqueOrThrow({ where: { id: backupId ?? '' } })).state).toBe('failed');
  });
});
