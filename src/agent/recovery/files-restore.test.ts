/** Data and configuration of a snapshot put back on a simulated gateway: gates, the way back, and what it leaves alone. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RecoveryOperation } from '#/protocol/mqtt/recovery';
import { checkSnapshots, makeSnapshot, partOf, recoveryCommand, SNAPSHOTS, snapshotOrder } from '../crash/recovery-world';
import type { HealthResult } from '../health/health-check';
import type { SimDisk } from '../storage/sim-disk';
import { Crane, looks, offer, states, until, used, waits } from '../testing/crane-plant';
import { UPS_GRANT } from '../testing/grant-office';
import { afterRestart, answer, diskWith, former, lastReport, now, office, powerOn, then } from '../testing/recovery-plant';
import type { SimClock } from '../testing/sim-clock';
import { FOLDERS, SimGateway } from '../testing/sim-gateway';
import { JOB } from '../testing/sim-orders';
import { SimServer } from '../testing/sim-server';

const backup = await makeSnapshot(former, then, snapshotOrder({ snapshotId: 'SNP-FILES1', contents: ['data', 'config'] }));
const restoreFiles = (more: object = {}): RecoveryOperation => ({
  ...{ operation: 'restore_files', snapshotId: 'SNP-FILES1', sha256: backup.sha256, parts: ['data', 'config'] },
  ...more,
});

function disk(): SimDisk {
  const made = diskWith();
  for (const [name, bytes] of backup.files) made.plant(join(SNAPSHOTS, name), bytes);
  return made;
}

const files = (gateway: SimGateway) => ({ data: partOf(gateway.disk, 'data'), config: partOf(gateway.disk, 'config') });
const restored = { data: then.data, config: then.config };
const asBefore = { data: now.data, config: now.config };

/** Resolves when nothing is left beside the folders: that is done after the end is said. */
async function tidied(gateway: SimGateway): Promise<void> {
  while (checkSnapshots(gateway, true).length > 0) await new Promise((resolve) => setImmediate(resolve));
}

/** The same order, where the way back is a person's. */
function askingServer(): SimServer {
  const command = recoveryCommand(restoreFiles());
  if (command.body.name === 'recovery.start') command.body.autoRollback = false;
  return new SimServer([command]);
}

describe('restored files', () => {
  it('wait for the crane, come in with the restart, are proved and kept; slots, snapshot and everything of the agent stay', async () => {
    const crane = new Crane();
    crane.moving = true;
    const gateway = await powerOn(restoreFiles(), disk(), crane);
    await waits(gateway, /axis is moving/);
    const before = gateway.journal.read();
    const logs = gateway.disk.names(FOLDERS.logs);
    expect(files(gateway)).toEqual(asBefore);
    crane.moving = false;
    await until(gateway, () => states(gateway).includes('boot_pending'));
    expect(files(gateway)).toEqual(asBefore);
    const next = await afterRestart(gateway);
    await next.over;
    expect(states(next).slice(-6)).toEqual(['verifying', 'writing', 'written', 'boot_pending', 'booted_unconfirmed', 'confirmed']);
    expect(files(next)).toEqual(restored);
    expect(next.slots.activeSlot).toBe('A');
    expect(next.disk.names(FOLDERS.logs)).toEqual(logs);
    expect(next.recovery.snapshots.find('SNP-FILES1')?.state).toBe('ready');
    const after = next.journal.read();
    expect([after.policy, after.settings, after.grants.records, after.rollbackCount]).toEqual([
      before.policy,
      before.settings,
      before.grants.records,
      0,
    ]);
    await tidied(next);
    expect(next.plant.server.lies).toEqual([]);
    await next.powerOff();
  });

  it('of one part leave the other as it is', async () => {
    const gateway = await powerOn(restoreFiles({ parts: ['config'] }), disk());
    const next = await afterRestart(gateway);
    await next.over;
    expect(files(next)).toEqual({ data: now.data, config: then.config });
    await next.powerOff();
  });

  it('that are not healthy make room for the former ones, with another restart that spares a crane at work', async () => {
    const crane = new Crane();
    const health = (): HealthResult => {
      crane.moving = true;
      return { ok: false, reason: 'the PLC is silent' };
    };
    const gateway = await powerOn(restoreFiles(), disk(), crane, { health });
    const second = await afterRestart(gateway);
    while (!second.journal.read().job?.rollback) await new Promise((resolve) => setImmediate(resolve));
    await looks(second, 5);
    expect(files(second)).toEqual(restored);
    crane.moving = false;
    const third = await afterRestart(second);
    await third.over;
    expect(lastReport(third)).toMatchObject({ state: 'rolled_back', message: expect.stringContaining('the PLC is silent') });
    expect(lastReport(third)?.details).toMatchObject({ files: 'former', decidedBy: 'agent' });
    expect(files(third)).toEqual(asBefore);
    await tidied(third);
    await third.powerOff();
  });

  it('with which the gateway goes down again and again are left at a start, by count', async () => {
    // Never healthy in time: the power goes in each boot first.
    const health = () => new Promise<never>(() => {});
    let gateway = await afterRestart(await powerOn(restoreFiles(), disk(), new Crane(), { health }));
    for (let boot = 1; boot <= 3; boot += 1) {
      expect(files(gateway)).toEqual(restored);
      const after = gateway.disk.afterCut('lost', boot);
      gateway.disk.powerOff();
      gateway = await SimGateway.powerOn(after, gateway.plant);
    }
    await gateway.over;
    expect(lastReport(gateway)).toMatchObject({ state: 'rolled_back', message: expect.stringContaining('restarted 3 times') });
    expect(files(gateway)).toEqual(asBefore);
    await gateway.powerOff();
  });

  it.each([
    ['a folder that is a mount point', true],
    ['a folder that somebody took away', false],
  ] as const)('that cannot come in are given up at once: %s', async (_, isThere) => {
    const gateway = await powerOn(restoreFiles(), disk());
    await gateway.restarts;
    const after = gateway.disk.afterCut('killed', 0);
    gateway.disk.powerOff();
    if (isThere) {
      after.onOperation = (_cut, label) => {
        if (label === `rename ${FOLDERS.config}.fairlead-old`) throw Object.assign(new Error('EBUSY: is a mount point'), { code: 'EBUSY' });
      };
    } else {
      await after.storage().removeFolder(FOLDERS.config);
    }
    const next = await SimGateway.powerOn(after, gateway.plant);
    await next.over;
    expect(lastReport(next)).toMatchObject({ state: 'rolled_back', errorCode: 'INTERNAL', details: { files: 'former' } });
    expect(lastReport(next)?.message).toMatch(/^the restored files could not be put in place: /);
    expect(files(next)).toEqual({ data: now.data, config: isThere ? now.config : null });
    await tidied(next);
    await next.powerOff();
  });

  it.each([
    ['come in', async (gateway: SimGateway) => gateway, asBefore, restored, 'confirmed'],
    ['make room for the former ones', afterRestart, restored, asBefore, 'rolled_back'],
  ] as const)('%s at a start, never while the crane works after a start on a full disk', async (_, toTheRestart, before, later, end) => {
    const crane = new Crane();
    const isGood = end === 'confirmed';
    const health = (): HealthResult => (isGood ? { ok: true } : { ok: false, reason: 'the PLC is silent' });
    const gateway = await toTheRestart(await powerOn(restoreFiles(), disk(), crane, { health }));
    await gateway.restarts;
    const after = gateway.disk.afterCut('killed', 0);
    gateway.disk.powerOff();
    after.freeBytes = 0;
    crane.moving = true;
    const full = await SimGateway.powerOn(after, gateway.plant);
    await looks(full, 5);
    after.freeBytes = 1e9;
    await looks(full, 60);
    expect(files(full)).toEqual(before);
    crane.moving = false;
    const next = await afterRestart(full);
    await next.over;
    expect(lastReport(next)?.state).toBe(end);
    expect(files(next)).toEqual(later);
    await next.powerOff();
  });

  it('that are healthy are not left for power cuts while the crane works', async () => {
    const crane = new Crane();
    const health = (): HealthResult => {
      crane.moving = true;
      return { ok: true };
    };
    let gateway = await afterRestart(await powerOn(restoreFiles(), disk(), crane, { health }));
    for (let boot = 1; boot <= 5; boot += 1) {
      while (gateway.journal.read().job?.filesBoots?.count !== 0) await new Promise((resolve) => setImmediate(resolve));
      const after = gateway.disk.afterCut('lost', boot);
      gateway.disk.powerOff();
      gateway = await SimGateway.powerOn(after, gateway.plant);
      expect(files(gateway)).toEqual(restored);
    }
    const looking = gateway.plant;
    looking.health = () => {
      crane.moving = false;
      return { ok: true };
    };
    await gateway.over;
    expect(lastReport(gateway)?.state).toBe('confirmed');
    await gateway.powerOff();
  });

  it.each([
    ['roll_back', asBefore, 'rolled_back'],
    ['keep', restored, 'confirmed'],
  ] as const)('where the way back is a person’s: %s', async (decision, expected, end) => {
    const is: { health: HealthResult } = { health: { ok: false, reason: 'the PLC is silent' } };
    const gateway = await powerOn(restoreFiles(), disk(), new Crane(), { health: () => is.health, server: askingServer() });
    let second = await afterRestart(gateway);
    await until(second, () => lastReport(second)?.holds[0]?.kind === 'decision');
    expect(lastReport(second)?.holds[0]).toMatchObject({ clearsWhen: 'a person keeps them, or goes back to the former ones' });
    is.health = { ok: true };
    expect(await second.engine.handle({ name: 'job.decide', ...JOB, decision, reason: 'as agreed' })).toMatchObject({ code: 'OK' });
    if (decision === 'roll_back') second = await afterRestart(second);
    await second.over;
    expect(lastReport(second)?.state).toBe(end);
    expect(files(second)).toEqual(expected);
    await second.powerOff();
  });

  it('go all the way under one grant of class O4', async () => {
    const crane = new Crane();
    crane.battery = 25;
    const gateway = await powerOn(restoreFiles(), disk(), crane);
    await waits(gateway, /battery at 25 %/);
    expect(await offer(gateway, office, { ...UPS_GRANT, op: 'O4', job_id: JOB.jobId })).toBe('OK');
    const next = await afterRestart(gateway);
    await next.over;
    expect(used(next)).toMatchObject([{ jobId: JOB.jobId }]);
    expect(files(next)).toEqual(restored);
    await next.powerOff();
  });

  it('are given up, and nothing has changed, when they were to be immediate and the crane works before the restart', async () => {
    const crane = new Crane();
    const server = new SimServer([recoveryCommand(restoreFiles(), 'immediate')]);
    let started: SimGateway | null = null;
    const signals = (clock: SimClock) => {
      // As soon as the restart is decided.
      crane.moving = started?.journal.read().job?.position.state === 'boot_pending';
      return crane.read(clock);
    };
    const gateway = await powerOn(restoreFiles(), disk(), crane, { server, signals });
    started = gateway;
    await gateway.over;
    expect(lastReport(gateway)).toMatchObject({ state: 'rolled_back', errorCode: 'UPDATE_BLOCKED' });
    expect(files(gateway)).toEqual(asBefore);
    await gateway.powerOff();
  });

  it('can be stopped until the restart is decided, and not after', async () => {
    const crane = new Crane();
    const gateway = await powerOn(restoreFiles(), disk(), crane);
    await until(gateway, () => {
      crane.moving = states(gateway).includes('boot_pending');
      return crane.moving;
    });
    const result = await gateway.engine.handle({ name: 'job.cancel', ...JOB, reason: 'no', cleanup: true });
    expect(result).toMatchObject({ code: 'JOB_PAST_NO_RETURN', message: expect.stringContaining('restored files') });
    await gateway.powerOff();
  });

  it('are never those of a damaged snapshot', async () => {
    const damaged = disk();
    const path = join(SNAPSHOTS, 'SNP-FILES1.tar');
    damaged.plant(
      path,
      Uint8Array.from(damaged.peek(path) ?? [], (byte, index) => (index === 2000 ? byte ^ 1 : byte)),
    );
    const gateway = await powerOn(restoreFiles(), damaged);
    await gateway.over;
    expect(lastReport(gateway)).toMatchObject({ state: 'failed', errorCode: 'CHECKSUM_MISMATCH' });
    expect(files(gateway)).toEqual(asBefore);
    await gateway.powerOff();
  });

  it.each([
    ['SNAPSHOT_UNKNOWN', { snapshotId: 'SNP-NOTHERE' }],
    ['RECOVERY_REFUSED', { sha256: 'a'.repeat(64) }],
  ])('are answered %s for %j', async (code, more) => {
    const gateway = await powerOn(restoreFiles(more), disk());
    await until(gateway, () => answer(gateway) !== undefined);
    expect(answer(gateway)).toBe(code);
    await gateway.powerOff();
  });

  it('fail when the disk fills up, and leave nothing beside the folders', async () => {
    const full = disk();
    full.onOperation = (_cut, label) => {
      full.freeBytes = /fairlead-new\/crane/.test(label) ? 100 : 1e6;
    };
    const gateway = await powerOn(restoreFiles(), full);
    await gateway.over;
    expect(lastReport(gateway)).toMatchObject({ state: 'failed', errorCode: 'INSUFFICIENT_DISK_SPACE' });
    expect(files(gateway)).toEqual(asBefore);
    await tidied(gateway);
    await gateway.powerOff();
  });

  it('keep their snapshot from being deleted meanwhile', async () => {
    const crane = new Crane();
    crane.moving = true;
    const gateway = await powerOn(restoreFiles(), disk(), crane);
    await waits(gateway, /axis is moving/);
    expect((await gateway.engine.handle({ name: 'snapshot.delete', snapshotIds: ['SNP-FILES1'] })).code).toBe('RECOVERY_REFUSED');
    await gateway.powerOff();
  });
});
