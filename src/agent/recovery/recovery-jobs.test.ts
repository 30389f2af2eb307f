/** Recovery jobs on a simulated gateway: gates, grants, refusals, and what they leave. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandBody } from '#/protocol/mqtt/commands';
import { checkSnapshots, partOf, recoveryCommand, SNAPSHOTS, snapshotOrder } from '../crash/recovery-world';
import { slotFile } from '../slots/file-slots';
import { Crane, lastHold, looks, NEW_IMAGE, offer, OLD_IMAGE, powerOnAt, states, until, used, waits } from '../testing/crane-plant';
import { UPS_GRANT } from '../testing/grant-office';
import { PATHS } from '../testing/sim-gateway';
import { deployOrder, JOB } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';
import {
  now,
  then,
  former,
  snapshot,
  rollback,
  office,
  restore,
  diskWith,
  powerOn,
  afterRestart,
  lastReport,
  answer,
} from '../testing/recovery-plant';

describe('a snapshot', () => {
  it.each(['gzip', 'zstd', 'none'] as const)('with %s is made, listed, and reported', async (compression) => {
    const gateway = await powerOn(snapshot({ compression }), diskWith());
    await gateway.over;
    expect(states(gateway)).toEqual(['accepted', 'capturing', 'confirmed']);
    const [record] = gateway.recovery.snapshots.list();
    expect(record).toMatchObject({ id: 'SNP-8821X4', version: 'v5.0.4', slot: 'A', bootable: true, compression, state: 'ready' });
    expect(record?.image?.sha256).toBe(OLD_IMAGE.sha256);
    expect(lastReport(gateway)?.details).toMatchObject({ snapshotId: 'SNP-8821X4', sha256: record?.sha256 });
    const said = [...gateway.plant.server.events.values()].flatMap(({ body }) => (body.type === 'snapshots' ? [body] : []));
    expect(said.at(-1)?.snapshots).toMatchObject([{ id: 'SNP-8821X4', sha256: record?.sha256 }]);
    expect(checkSnapshots(gateway, true)).toEqual([]);
    await gateway.powerOff();
  });

  it('needs network and disk only: a crane that works does not hold it', async () => {
    const crane = new Crane();
    crane.moving = true;
    const gateway = await powerOn(snapshot(), diskWith(), crane);
    await gateway.over;
    expect(lastReport(gateway)?.state).toBe('confirmed');
    await gateway.powerOff();
  });

  it('fails when the disk fills up, and leaves nothing behind', async () => {
    const disk = diskWith();
    const gateway = await powerOn(snapshot({ compression: 'none' }), disk);
    await until(gateway, () => states(gateway).includes('capturing'));
    disk.freeBytes = 3000;
    await until(gateway, () => {
      disk.freeBytes = Math.max(disk.freeBytes, 3000);
      return gateway.plant.server.isOver();
    });
    expect(lastReport(gateway)).toMatchObject({ state: 'failed', errorCode: 'INSUFFICIENT_DISK_SPACE' });
    expect(disk.names(SNAPSHOTS)).toEqual([]);
    await gateway.powerOff();
  });
});

describe('an update with a snapshot', () => {
  it.each([
    [true, ['capturing', 'failed']],
    [undefined, ['capturing', 'verifying', 'writing', 'written', 'boot_pending']],
  ])('that cannot be made, required: %s', async (required, follows) => {
    const disk = diskWith();
    disk.failing = /data\/snapshots.*tmp/;
    const body = deployOrder(NEW_IMAGE, { snapshot: snapshotOrder({ required }) });
    const server = new SimServer([{ id: 'c1', seq: 1, body, when: () => true }]);
    const gateway = await powerOnAt(new Crane(), office.keys, { server }, disk);
    await Promise.race([gateway.over, gateway.restarts]);
    expect(states(gateway).slice(states(gateway).indexOf('capturing'))).toEqual(follows);
    const report = server.reports.find((one) => one.event === 'start_verify');
    expect(report?.details.snapshotFailed).toEqual(required ? undefined : expect.stringContaining('input/output'));
  });
});

describe('a rollback', () => {
  it('waits for the crane, and keeps the data', async () => {
    const crane = new Crane();
    crane.moving = true;
    const gateway = await powerOn(rollback, diskWith(), crane);
    await waits(gateway, /axis is moving/);
    expect(lastHold(gateway)[0]).toMatchObject({ constraint: 'crane_motion', hard: true });
    crane.moving = false;
    const next = await afterRestart(gateway);
    await next.over;
    expect(next.slots.activeSlot).toBe('B');
    expect(lastReport(next)?.state).toBe('confirmed');
    expect(partOf(next.disk, 'data')).toEqual(now.data);
    expect(next.journal.read().rollbackCount).toBe(1);
    expect(next.plant.server.lies).toEqual([]);
    await next.powerOff();
  });

  it('is refused for another version than the slot holds', async () => {
    const gateway = await powerOn({ ...rollback, version: 'v4.0.0' }, diskWith());
    await until(gateway, () => answer(gateway) !== undefined);
    expect(answer(gateway)).toBe('RECOVERY_REFUSED');
    await gateway.powerOff();
  });

  it('fails when the slot has changed since it was written', async () => {
    const disk = diskWith();
    const before = await powerOnAt(new Crane(), office.keys, {}, disk);
    await until(before, () => before.journal.read().slots.B?.sha256 !== null && before.journal.read().slots.B !== null);
    const after = await before.powerOff();
    after.plant(
      slotFile(PATHS.slots, 'B'),
      Uint8Array.from(former.bytes, (byte, index) => (index === 3000 ? byte ^ 1 : byte)),
    );
    const server = new SimServer([recoveryCommand(rollback)]);
    for (const [epoch] of before.plant.server.lastN) server.lastN.set(epoch, before.plant.server.lastN.get(epoch) ?? 0);
    const gateway = await powerOnAt(new Crane(), office.keys, { server }, after);
    await gateway.over;
    expect(lastReport(gateway)).toMatchObject({ state: 'failed', errorCode: 'CHECKSUM_MISMATCH' });
    expect(gateway.journal.read().slots.B?.status).toBe('failed');
    await gateway.powerOff();
  });
});

describe('a restore', () => {
  it('waits for a soft limit, and goes all the way under one grant of class O4', async () => {
    const crane = new Crane();
    crane.battery = 25;
    const gateway = await powerOn(restore(), diskWith({ snapshot: true }), crane);
    await waits(gateway, /battery at 25 %/);
    expect(await offer(gateway, office, { ...UPS_GRANT, jti: 'wrong', op: 'O3', job_id: JOB.jobId })).toBe('OK');
    await looks(gateway, 5);
    expect(used(gateway)).toEqual([]);
    expect(await offer(gateway, office, { ...UPS_GRANT, jti: 'right', op: 'O4', job_id: JOB.jobId })).toBe('OK');
    const next = await afterRestart(gateway);
    await next.over;
    expect(used(next)).toMatchObject([{ grantId: 'right', jobId: JOB.jobId }]);
    expect(lastReport(next)?.state).toBe('confirmed');
    expect(partOf(next.disk, 'config')).toEqual(then.config);
    expect(next.plant.server.lies).toEqual([]);
    await next.powerOff();
  });

  it('is not undone by the fall back of the job that follows at once', async () => {
    const next: CommandBody = {
      ...{
        name: 'recovery.start',
        jobId: 'OTA-JOB-00002',
        attempt: 1,
        strategy: 'seamless',
        reason: 'test',
        notBeforeAt: null,
        windowEndsAt: null,
      },
      recovery: { operation: 'rollback', targetSlot: 'A', version: OLD_IMAGE.version, verify: false, preserveData: true },
    };
    const server = new SimServer([
      recoveryCommand(restore()),
      { id: 'c2', seq: 2, body: next, when: (one) => one.states().includes('confirmed') },
    ]);
    const badVersions: string[] = [];
    const first = await powerOnAt(new Crane(), office.keys, { server, badVersions }, diskWith({ snapshot: true }));
    const second = await afterRestart(first);
    await until(second, () => server.reports.some((one) => one.jobId === 'OTA-JOB-00002'));
    badVersions.push(OLD_IMAGE.version);
    const third = await afterRestart(second);
    await until(third, () => server.isOver());
    expect(lastReport(third)).toMatchObject({ jobId: 'OTA-JOB-00002', state: 'rolled_back' });
    expect(third.slots.activeSlot).toBe('B');
    expect(partOf(third.disk, 'data')).toEqual(then.data);
    expect(server.lies).toEqual([]);
    await third.powerOff();
  });

  it('refuses a grant of O4 for another job', async () => {
    const crane = new Crane();
    crane.battery = 25;
    const gateway = await powerOn(restore(), diskWith({ snapshot: true }), crane);
    await waits(gateway, /battery at 25 %/);
    expect(await offer(gateway, office, { ...UPS_GRANT, op: 'O4', job_id: 'OTA-JOB-00777' })).toBe('GRANT_WRONG_JOB');
    await gateway.powerOff();
  });

  it('never uses a damaged snapshot, and says that it is', async () => {
    const disk = diskWith({ snapshot: true });
    const path = join(SNAPSHOTS, 'SNP-8821X4.tar');
    disk.plant(
      path,
      Uint8Array.from(disk.peek(path) ?? [], (byte, index) => (index === 2000 ? byte ^ 1 : byte)),
    );
    const gateway = await powerOn(restore(), disk);
    await gateway.over;
    expect(lastReport(gateway)).toMatchObject({ state: 'failed', errorCode: 'CHECKSUM_MISMATCH' });
    expect(gateway.recovery.snapshots.find('SNP-8821X4')).toMatchObject({ state: 'damaged', bootable: false });
    expect(partOf(disk, 'data')).toEqual(now.data);
    await gateway.powerOff();
  });

  it.each([
    ['SNAPSHOT_UNKNOWN', { snapshotId: 'SNP-NOTHERE' }],
    ['RECOVERY_REFUSED', { sha256: 'a'.repeat(64) }],
    ['RECOVERY_REFUSED', { version: 'v9.9.9' }],
    ['TARGET_IS_ACTIVE_SLOT', { targetSlot: 'A' }],
  ])('is answered %s for %j', async (code, more) => {
    const gateway = await powerOn(restore(more), diskWith({ snapshot: true }));
    await until(gateway, () => answer(gateway) !== undefined);
    expect(answer(gateway)).toBe(code);
    await gateway.powerOff();
  });

  it('keeps its snapshot from being deleted', async () => {
    const crane = new Crane();
    crane.moving = true;
    const gateway = await powerOn(restore(), diskWith({ snapshot: true }), crane);
    await waits(gateway, /axis is moving/);
    const result = await gateway.engine.handle({ name: 'snapshot.delete', snapshotIds: ['SNP-8821X4'] });
    expect(result.code).toBe('RECOVERY_REFUSED');
    await gateway.engine.handle({ name: 'job.cancel', ...JOB, reason: 'test', cleanup: true });
    expect((await gateway.engine.handle({ name: 'snapshot.delete', snapshotIds: ['SNP-8821X4'] })).details).toEqual({ removed: 1 });
    expect((await gateway.engine.handle({ name: 'snapshot.delete', snapshotIds: ['SNP-8821X4'] })).code).toBe('OK');
    await gateway.powerOff();
  });
});
