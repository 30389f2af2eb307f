/** A snapshot without an image put back under the version that runs: what is ordered, planned, refused, and what it does not touch. */
import { describe, expect, it } from 'vitest';
import type { Role } from '#/domain/access/roles';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { cancelJob } from '../jobs/cancel-job';
import { approveOverride } from '../overrides/approve-override';
import { askFor, codeOf, makePinned, PIN, putCalmSignals, rowOf } from '../overrides/testing/override-world';
import { walkJob } from '../rest/testing/walk-job';
import { approveRecovery } from './approve-recovery';
import { browseSnapshots, browseSnapshotsSchema } from './browse-snapshots';
import { deleteSnapshot } from './delete-snapshot';
import { planRecovery, planRecoverySchema } from './plan-recovery';
import { restoreSnapshot } from './restore-snapshot';
import { rollBack } from './roll-back';
import { restoreFromScreen, restoreFromScreenSchema } from './start-from-screen';
import { jobOf, makeRecoveryWorld, ordersOf, PROVEN, putSnapshot, setRules } from './testing/recovery-world';

const reason = 'the reason of a test';
const refusedWith = async (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => codeOf(error),
  );
const messageOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as Error).message,
  );
const FILES = { bootable: false, slot: null, contents: ['config', 'data'] };

async function worldWith<R extends Role>(...roles: R[]) {
  const world = await makeRecoveryWorld();
  await getDb().gateway.update({ where: { id: world.gateway.id }, data: { restoresFiles: true, agentVersion: '1.0.0' } });
  const people = {} as Record<R, Actor>;
  for (const role of roles) people[role] = (await makePinned(role, world.site.id)).actor;
  return { ...world, people };
}

describe('a restore of files', () => {
  it('is one order of class O4 under the version that runs, and follows its job', async () => {
    const { gateway, people } = await worldWith('operator', 'supervisor');
    const { id, sha256 } = await putSnapshot(gateway, FILES);
    const wish = { gatewayId: gateway.id, snapshotId: id, reason };
    expect(await refusedWith(restoreSnapshot(people.operator, wish))).toBe('FORBIDDEN');
    const started = await restoreSnapshot(people.supervisor, wish);
    expect(started).toMatchObject({ way: 'files', slot: 'A', version: PROVEN, approvalsNeeded: 0 });
    const [order] = await ordersOf(gateway.id);
    expect(order?.body).toMatchObject({
      recovery: { operation: 'restore_files', snapshotId: id, sha256, parts: ['data', 'config'] },
      autoRollback: true,
    });
    expect(await jobOf(started.jobId)).toMatchObject({
      ...{ type: 'rollback', operation: 'restore_files', targetSlot: 'A', fromVersion: 'v1.0.0', toVersion: 'v1.0.0' },
    });
    expect(await getDb().auditEvent.count({ where: { name: 'job.created', objectId: started.jobId, reason } })).toBe(1);
    expect(await refusedWith(deleteSnapshot(people.supervisor, { snapshotId: id }))).toBe('SYSTEM_BUSY');
    await walkJob(started.jobId, ['accept', 'start_verify', 'start_write', 'finish_write', 'switch_slot', 'boot', 'confirm']);
    expect((await jobOf(started.jobId)).state).toBe('confirmed');
    // No slot was written and no version installed: the other one is still there to go back to.
    expect((await getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } })).lastOtaAt).toBeNull();
    expect(await rollBack(people.operator, { gatewayId: gateway.id, reason })).toMatchObject({ slot: 'B', toVersion: PROVEN });
  });

  it('leaves the running partition proven: after a rollback it can be gone forward to again', async () => {
    const { gateway, people } = await worldWith('operator', 'supervisor');
    const { id } = await putSnapshot(gateway, FILES);
    const { jobId } = await restoreSnapshot(people.supervisor, { gatewayId: gateway.id, snapshotId: id, reason });
    await walkJob(jobId, ['accept', 'start_verify', 'start_write', 'finish_write', 'switch_slot', 'boot', 'confirm']);
    await getDb().gateway.update({ where: { id: gateway.id }, data: { activeSlot: 'B', activeVersion: PROVEN } });
    await getDb().slot.update({ where: { gatewayId_id: { gatewayId: gateway.id, id: 'A' } }, data: { status: 'ready' } });
    expect(await rollBack(people.operator, { gatewayId: gateway.id, reason })).toMatchObject({ slot: 'A', toVersion: 'v1.0.0' });
  });

  it('names no other partition than the running one, and no other version than the snapshot’s', async () => {
    const { gateway, people } = await worldWith('supervisor');
    const { id } = await putSnapshot(gateway, { ...FILES, contents: ['config'] });
    const to = (more: object) => restoreSnapshot(people.supervisor, { gatewayId: gateway.id, snapshotId: id, reason, ...more });
    expect(await refusedWith(to({ targetSlot: 'B' }))).toBe('INVALID_TARGET_PARTITION');
    expect(await messageOf(to({ targetSlot: 'B' }))).toContain('holds no image');
    expect(await refusedWith(to({ version: 'v1.0.0' }))).toBe('VALIDATION_FAILED');
    expect(await to({ targetSlot: 'A', version: PROVEN })).toMatchObject({ way: 'files' });
    expect((await ordersOf(gateway.id))[0]?.body).toMatchObject({ recovery: { parts: ['config'] } });
  });

  it('of one part leaves the other, is planned so, and is no matter of a snapshot with an image', async () => {
    const { gateway, people } = await worldWith('supervisor');
    const { id } = await putSnapshot(gateway, FILES);
    const whole = await putSnapshot(gateway, { contents: ['image', 'data', 'config'] });
    const to = (snapshotId: string, parts: ('data' | 'config')[]) =>
      restoreSnapshot(people.supervisor, { gatewayId: gateway.id, snapshotId, reason, parts });
    expect(await messageOf(to(whole.id, ['config']))).toContain('as a whole');
    const config = await putSnapshot(gateway, { ...FILES, contents: ['config'] });
    expect(await messageOf(to(config.id, ['data']))).toContain('configuration only');
    const input = planRecoverySchema.parse({ operation: 'restore', gatewayId: gateway.id, snapshotId: id, parts: ['config', 'config'] });
    expect((await planRecovery(people.supervisor, input)).consequences.join()).toContain('Data stays as it is');
    await to(id, ['config']);
    expect((await ordersOf(gateway.id))[0]?.body).toMatchObject({ recovery: { operation: 'restore_files', parts: ['config'] } });
  });

  it.each([
    ['damaged', { state: 'damaged' }, 'it is damaged'],
    ['of logs only', { contents: ['logs'] }, 'neither data nor configuration'],
    ['that the gateway has not described', { sha256: null }, 'has not said what it holds'],
  ])('is not possible from one %s', async (_name, changes, why) => {
    const { gateway, people } = await worldWith('supervisor');
    const { id } = await putSnapshot(gateway, { ...FILES, ...changes });
    const wish = { gatewayId: gateway.id, snapshotId: id, reason };
    expect(await refusedWith(restoreSnapshot(people.supervisor, wish))).toBe('ROLLBACK_NOT_AVAILABLE');
    expect(await messageOf(restoreSnapshot(people.supervisor, wish))).toContain(why);
    const { rows } = await browseSnapshots(people.supervisor, browseSnapshotsSchema.parse({ gatewayId: gateway.id }));
    expect(rows).toMatchObject([{ id, restores: null, notRestorable: expect.stringContaining(why) }]);
    const plan = planRecoverySchema.parse({ operation: 'restore', gatewayId: gateway.id, snapshotId: id });
    expect(await planRecovery(people.supervisor, plan)).toMatchObject({ impossible: expect.stringContaining(why) });
  });

  it('is not ordered of an agent that cannot, and says so in the list, in the plan and in the refusal', async () => {
    const { gateway, people } = await worldWith('supervisor');
    await getDb().gateway.update({ where: { id: gateway.id }, data: { restoresFiles: false, agentVersion: '0.9.1' } });
    const { id } = await putSnapshot(gateway, FILES);
    const why = expect.stringContaining('agent 0.9.1 is too old');
    const { rows } = await browseSnapshots(people.supervisor, browseSnapshotsSchema.parse({ gatewayId: gateway.id }));
    expect(rows).toMatchObject([{ restores: null, notRestorable: why }]);
    const plan = planRecoverySchema.parse({ operation: 'restore', gatewayId: gateway.id, snapshotId: id });
    expect(await planRecovery(people.supervisor, plan)).toMatchObject({ impossible: why });
    expect(await messageOf(restoreSnapshot(people.supervisor, { gatewayId: gateway.id, snapshotId: id, reason }))).toEqual(why);
    expect(await ordersOf(gateway.id)).toEqual([]);
    const reset = planRecoverySchema.parse({ operation: 'factory_reset', gatewayId: gateway.id, resetType: 'config' });
    expect((await planRecovery(people.supervisor, reset)).consequences.join()).toContain('by hand');
    await getDb().gateway.update({ where: { id: gateway.id }, data: { restoresFiles: true } });
    expect((await planRecovery(people.supervisor, reset)).consequences.join()).toContain('puts it back');
  });

  it('is planned with what is replaced and what stays', async () => {
    const { gateway, people } = await worldWith('supervisor');
    const { id } = await putSnapshot(gateway, { ...FILES, contents: ['config'] });
    await putCalmSignals(gateway.id, 25);
    const input = planRecoverySchema.parse({ operation: 'restore', gatewayId: gateway.id, snapshotId: id });
    const plan = await planRecovery(people.supervisor, input);
    expect(plan).toMatchObject({
      ...{ operation: 'restore_files', operationClass: 'O4', impossible: null },
      ...{ fromVersion: 'v1.0.0', toVersion: 'v1.0.0', targetSlot: null },
    });
    expect(plan.holds.map((hold) => hold.constraint)).toContain('ups_battery');
    const said = plan.consequences.join('\n');
    expect(said).toMatch(/^Configuration goes back to \S+: what was written since is lost\. Data stays as it is$/m);
    expect(said).toMatch(/^Both partitions stay as they are: v1\.0\.0 goes on running, with files of when v0\.9\.0 ran$/m);
    expect(said).toMatch(/the former files come back by themselves/);
    expect(plan.steps.join('\n')).toMatch(/Unpack configuration beside what is in place/);
  });

  it('stands on the screen behind the typed id of the crane', async () => {
    const { gateway, people, crane } = await screenWorld();
    const { id } = await putSnapshot(gateway, FILES);
    const order = (confirmCrane: string) =>
      restoreFromScreen(people.supervisor, restoreFromScreenSchema.parse({ gatewayId: gateway.id, snapshotId: id, reason, confirmCrane }));
    expect(await refusedWith(order('another'))).toBe('VALIDATION_FAILED');
    expect(await order(crane)).toMatchObject({ way: 'files' });
  });

  it('waits for another person where the policy asks for one before a restore', async () => {
    const { gateway, people, site } = await worldWith('supervisor');
    const second = (await makePinned('supervisor', site.id)).actor;
    await setRules(site.id, { restoreApprovers: 1 });
    const { id } = await putSnapshot(gateway, FILES);
    const { jobId, approvalsNeeded } = await restoreSnapshot(people.supervisor, { gatewayId: gateway.id, snapshotId: id, reason });
    expect(approvalsNeeded).toBe(1);
    expect(await ordersOf(gateway.id)).toEqual([]);
    expect(await jobOf(jobId)).toMatchObject({ heldCommand: 'recovery.start', waitingFor: 'approval' });
    expect(await refusedWith(approveRecovery(people.supervisor, { jobId, pin: PIN }))).toBe('FORBIDDEN');
    expect(await approveRecovery(second, { jobId, pin: PIN })).toEqual({ jobId, sent: true });
    expect(await ordersOf(gateway.id)).toHaveLength(1);
  });

  it('takes an override of class O4, which ends with it', async () => {
    const { gateway, people } = await worldWith('operator', 'supervisor');
    await putCalmSignals(gateway.id, 25);
    const { id } = await putSnapshot(gateway, FILES);
    const { jobId } = await restoreSnapshot(people.supervisor, { gatewayId: gateway.id, snapshotId: id, reason });
    const asked = await askFor(people.operator, gateway.id, { operation: 'O4' });
    await approveOverride(people.supervisor, { overrideId: asked.overrideId, requestHash: asked.requestHash, pin: PIN });
    expect(await rowOf(asked.overrideId)).toMatchObject({ state: 'approved', operation: 'O4', jobId });
    await cancelJob(people.supervisor, { jobId, reason });
    expect((await rowOf(asked.overrideId)).state).toBe('revoked');
  });
});

async function screenWorld() {
  const world = await worldWith('supervisor');
  const { crane } = await getDb().gateway.findUniqueOrThrow({ where: { id: world.gateway.id }, select: { crane: true } });
  return { ...world, crane: crane.name };
}
