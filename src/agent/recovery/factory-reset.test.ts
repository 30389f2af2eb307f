/** A factory reset on a simulated gateway, and what neither it nor a restore can be a way around. */
import { describe, expect, it } from 'vitest';
import { partOf } from '../crash/recovery-world';
import type { SimDisk } from '../storage/sim-disk';
import { Crane, offer, states, until, waits } from '../testing/crane-plant';
import { UPS_GRANT } from '../testing/grant-office';
import { FOLDERS } from '../testing/sim-gateway';
import { JOB } from '../testing/sim-orders';
import {
  now,
  reset,
  rollback,
  office,
  keySet,
  restore,
  diskWith,
  powerOn,
  afterRestart,
  lastReport,
  answer,
} from '../testing/recovery-plant';

describe('the rollback floor', () => {
  const pinned = (floorVersion: string): SimDisk => {
    const disk = diskWith({ snapshot: true });
    disk.plant('/g/data/pins.json', new TextEncoder().encode(JSON.stringify({ v: 1, set: keySet, floorVersion })));
    return disk;
  };

  it.each([
    ['rollback', () => rollback],
    ['restore', () => restore()],
  ])('stops a %s to what is older, whatever the server says', async (_name, order) => {
    const gateway = await powerOn(order(), pinned('v5.0.4'), new Crane(), { releaseKeys: keySet });
    await until(gateway, () => answer(gateway) !== undefined);
    expect(answer(gateway)).toBe('RECOVERY_REFUSED');
    await gateway.powerOff();
  });

  it('lets pass what is not, and stays through a reset', async () => {
    const gateway = await powerOn(reset({ backup: null }), pinned('v5.0.3'), new Crane(), { releaseKeys: keySet });
    const next = await afterRestart(gateway);
    await next.over;
    expect(next.pins?.report()).toMatchObject({ floorVersion: 'v5.0.3', version: 1 });
    await next.powerOff();
    const other = await powerOn(rollback, pinned('v5.0.3'), new Crane(), { releaseKeys: keySet });
    const after = await afterRestart(other);
    await after.over;
    expect(lastReport(after)?.state).toBe('confirmed');
    await after.powerOff();
  });
});

describe('a factory reset', () => {
  it('makes its backup, waits for the crane, wipes, restarts and proves itself; what keeps the plant safe stays', async () => {
    const crane = new Crane();
    crane.moving = true;
    const gateway = await powerOn(reset(), diskWith({ snapshot: true }), crane);
    await waits(gateway, /axis is moving/);
    await gateway.engine.handle({ name: 'grant.revoke', grantId: 'revoked-before', reason: 'test' });
    const before = gateway.journal.read();
    expect(partOf(gateway.disk, 'data')).toEqual(now.data);
    crane.moving = false;
    await until(gateway, () => states(gateway).includes('resetting'));
    const next = await afterRestart(gateway);
    await next.over;
    expect(
      states(next)
        .filter((one) => one !== 'waiting')
        .slice(-4),
    ).toEqual(['capturing', 'resetting', 'booted_unconfirmed', 'confirmed']);
    expect(partOf(next.disk, 'data')).toEqual({});
    expect(partOf(next.disk, 'config')).toEqual({ 'network.json': now.config['network.json'] });
    expect(next.disk.names(FOLDERS.logs)).toEqual(['crane.log']);
    expect(next.recovery.snapshots.list().map(({ id }) => id)).toEqual(['SNP-BACKUP1']);
    const after = next.journal.read();
    expect(after.grants.records.map(({ id }) => id)).toEqual(before.grants.records.map(({ id }) => id));
    expect(after.slots.A).toMatchObject({ sha256: before.slots.A?.sha256 });
    expect([after.policy, after.settings, after.commands.lastSeq]).toEqual([before.policy, before.settings, before.commands.lastSeq]);
    // A revoked grant stays refused.
    expect(await offer(next, office, { ...UPS_GRANT, jti: 'revoked-before' })).toBe('GRANT_REVOKED');
    expect(next.plant.server.lies).toEqual([]);
    await next.powerOff();
  });

  it.each([
    ['data', {}, now.config],
    ['config', now.data, {}],
  ] as const)('of %s leaves the rest, and every snapshot', async (resetType, data, config) => {
    const gateway = await powerOn(reset({ resetType, preserveNetwork: false, backup: null }), diskWith({ snapshot: true }));
    const next = await afterRestart(gateway);
    await next.over;
    expect(partOf(next.disk, 'data')).toEqual(data);
    expect(partOf(next.disk, 'config')).toEqual(config);
    expect(next.recovery.snapshots.list()).toHaveLength(1);
    await next.powerOff();
  });

  it('does not begin without its backup', async () => {
    const disk = diskWith();
    disk.failing = /data\/snapshots.*tmp/;
    const gateway = await powerOn(reset(), disk);
    await gateway.over;
    expect(lastReport(gateway)?.state).toBe('failed');
    expect(partOf(disk, 'data')).toEqual(now.data);
    await gateway.powerOff();
  });

  it('cannot be stopped once it wipes, and restarts only when the crane lets it', async () => {
    const crane = new Crane();
    const gateway = await powerOn(reset({ backup: null }), diskWith(), crane, {
      health: () => ({ ok: false, reason: 'the PLC is silent' }),
    });
    await until(gateway, () => {
      crane.moving = states(gateway).includes('resetting');
      return crane.moving;
    });
    expect((await gateway.engine.handle({ name: 'job.cancel', ...JOB, reason: 'no', cleanup: true })).code).toBe('JOB_PAST_NO_RETURN');
    await until(gateway, () =>
      [...gateway.plant.server.events.values()].some(
        ({ body }) => body.type === 'log' && /the restart waits/.test(body.entries[0]?.message ?? ''),
      ),
    );
    crane.moving = false;
    const next = await afterRestart(gateway);
    await next.over;
    expect(lastReport(next)).toMatchObject({ state: 'failed', message: expect.stringContaining('the PLC is silent') });
    await next.powerOff();
  });
});
