import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Role } from '#/domain/access/roles';
import { type Actor, systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { updateSettings } from './update-settings';
import { viewSettings } from './view-settings';

async function newGateway(): Promise<{ gatewayId: string; as: (role: Role) => Actor }> {
  const tag = randomUUID().slice(0, 8);
  const site = await getDb().site.create({ data: { code: tag, name: tag, timezone: 'Europe/Amsterdam' } });
  const crane = await getDb().crane.create({ data: { siteId: site.id, name: tag, kind: 'sts' } });
  const gateway = await getDb().gateway.create({
    data: { name: tag, siteId: site.id, craneId: crane.id, model: 'm', serialNumber: tag, hardwareRevision: 'h' },
  });
  return { gatewayId: gateway.id, as: (role) => ({ ...systemActor('test'), grants: [{ role, siteId: site.id }] }) };
}

describe('changing settings', () => {
  it('saves what differs, orders the agent, and writes the audit trail', async () => {
    const { gatewayId, as } = await newGateway();
    const changes = { auto_update: { enabled: true, auto_download: false }, update_strategy: 'maintenance' };
    const saved = await updateSettings(as('supervisor'), { gatewayId, changes });
    expect(saved).toEqual({
      version: 1,
      restartRequired: false,
      changes: {
        'auto_update.enabled': { old: false, new: true },
        update_strategy: { old: 'seamless', new: 'maintenance' },
      },
    });
    expect((await viewSettings(as('viewer'), gatewayId)).body).toMatchObject({
      update_strategy: 'maintenance',
      auto_update: { enabled: true },
    });
    expect(await getDb().outboxCommand.findFirst({ where: { gatewayId } })).toMatchObject({ name: 'settings.apply' });
    expect(await getDb().auditEvent.count({ where: { objectId: gatewayId, name: 'settings.changed' } })).toBe(1);
  });

  it('writes nothing when nothing differs', async () => {
    const { gatewayId, as } = await newGateway();
    expect(await updateSettings(as('supervisor'), { gatewayId, changes: { update_strategy: 'seamless' } })).toMatchObject({
      changes: {},
      version: 0,
    });
    expect(await getDb().outboxCommand.count({ where: { gatewayId } })).toBe(0);
  });

  it.each([
    [{ auto_update: { enabled: true, surprise: 1 } }, 'auto_update.surprise'],
    [{ nonsense: true }, 'nonsense'],
    [{ maintenance_window: { time: '25:00' } }, 'maintenance_window.time'],
    [{ maintenance_window: { timezone: 'Mars/Olympus' } }, 'maintenance_window.timezone'],
    [{ maintenance_window: { schedule: 'custom', days: [] } }, 'maintenance_window.days'],
    [{ maintenance_window: { days: ['Monday', 'Monday'] } }, 'maintenance_window.days'],
    [{ channels: { available: ['beta'] } }, 'channels.current'],
    [{ channels: { current: 'nightly', available: ['stable', 'beta'] } }, 'channels.current'],
    [{ safety_constraints: { minimum_battery_level: 101 }, update_strategy: 'maintenance' }, 'safety_constraints.minimum_battery_level'],
    [{ auto_update: true }, 'auto_update'],
  ])('refuses %j whole and names %s', async (changes, path) => {
    const { gatewayId, as } = await newGateway();
    await expect(updateSettings(as('supervisor'), { gatewayId, changes })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: expect.arrayContaining([expect.objectContaining({ path })]) },
    });
    expect(await viewSettings(as('viewer'), gatewayId)).toMatchObject({ version: 0, body: { update_strategy: 'seamless' } });
  });

  it('of two that began from one version, one wins and the other is told', async () => {
    const { gatewayId, as } = await newGateway();
    const edit = (time: string) =>
      updateSettings(as('supervisor'), { gatewayId, changes: { maintenance_window: { time } }, expectedVersion: 0 });
    const results = await Promise.allSettled([edit('03:00'), edit('04:00')]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'CONFLICT' } });
    expect((await viewSettings(as('viewer'), gatewayId)).version).toBe(1);
  });

  it('is for who may write; for somebody of another site the gateway does not exist', async () => {
    const { gatewayId, as } = await newGateway();
    const elsewhere = await newGateway();
    const changes = { update_strategy: 'maintenance' };
    for (const role of ['viewer', 'operator', 'auditor'] as const)
      await expect(updateSettings(as(role), { gatewayId, changes })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(updateSettings(elsewhere.as('admin'), { gatewayId, changes })).rejects.toMatchObject({ code: 'GATEWAY_NOT_FOUND' });
    await expect(viewSettings(elsewhere.as('admin'), gatewayId)).rejects.toMatchObject({ code: 'GATEWAY_NOT_FOUND' });
  });
});
