/** A gateway that has something to go back to. For tests of recovery. */
import { randomUUID } from 'node:crypto';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import { getDb } from '../../db/client';
import { newPublicId } from '../../jobs/job-id';
import { makeOverrideWorld, putCalmSignals } from '../../overrides/testing/override-world';

export const PROVEN = 'v0.9.0';

/** One connected gateway: v1.0.0 on A, and PROVEN on B, from which it was updated. Everything is calm, the battery too; no window. */
export async function makeRecoveryWorld() {
  const world = await makeOverrideWorld();
  const { gateway } = world;
  await putCalmSignals(gateway.id, 95);
  const size = { sizeBytes: 512_000_000n, usedBytes: 300_000_000n };
  await getDb().slot.createMany({
    data: [
      { gatewayId: gateway.id, id: 'A', version: 'v1.0.0', status: 'healthy', bootCount: 1, ...size },
      { gatewayId: gateway.id, id: 'B', version: PROVEN, status: 'ready', bootCount: 3, ...size },
    ],
  });
  const settings = defaultSettings('Europe/Amsterdam');
  const body = { ...settings, maintenance_window: { ...settings.maintenance_window, enabled: false } };
  await getDb().gatewaySettings.create({ data: { gatewayId: gateway.id, body, version: 1 } });
  await putJob(gateway, { state: 'confirmed', fromVersion: PROVEN, toVersion: 'v1.0.0', targetSlot: 'A' }, [
    'offered',
    'writing',
    'confirmed',
  ]);
  return world;
}

type Past = { state: string; fromVersion: string; toVersion: string; targetSlot: string };

/** A job that is over, with the states that it went through. */
export async function putJob(gateway: { id: string; siteId: string }, past: Past, states: string[]): Promise<string> {
  const now = new Date();
  const { id } = await getDb().job.create({
    data: {
      id: `OTA-JOB-${randomUUID().slice(0, 13)}`,
      gatewayId: gateway.id,
      siteId: gateway.siteId,
      type: 'install',
      intent: 'install',
      options: jobOptionsSchema.parse({}),
      initiatedBy: 'test',
      startedAt: now,
      finishedAt: now,
      ...past,
      events: { create: states.map((state) => ({ at: now, kind: 'state', state, message: state, actor: 'test' })) },
    },
  });
  return id;
}

/** A snapshot that its gateway has listed. */
export function putSnapshot(gateway: { id: string; siteId: string }, changes: Record<string, unknown> = {}) {
  return getDb().snapshot.create({
    data: {
      id: newPublicId('SNP'),
      gatewayId: gateway.id,
      siteId: gateway.siteId,
      name: 'A snapshot',
      type: 'manual',
      state: 'ready',
      version: PROVEN,
      slot: 'A',
      bootable: true,
      contents: ['image', 'data'],
      compression: 'zstd',
      sizeBytes: 1000n,
      sha256: randomUUID().replaceAll('-', '').repeat(2),
      createdBy: 'test',
      expiresAt: new Date('2100-01-01T00:00:00Z'),
      ...changes,
    },
  });
}

export async function setRules(siteId: string, recovery: Record<string, unknown>): Promise<void> {
  const body = { ...SHIPPED_SITE_POLICY, recovery: { ...SHIPPED_SITE_POLICY.recovery, ...recovery } };
  const version = (await getDb().sitePolicy.count({ where: { siteId } })) + 1;
  await getDb().sitePolicy.create({ data: { siteId, version, body, difference: [], note: 'test', author: 'test' } });
}

export const jobOf = (id: string) => getDb().job.findUniqueOrThrow({ where: { id } });
export const ordersOf = (gatewayId: string) =>
  getDb().outboxCommand.findMany({ where: { gatewayId, name: { startsWith: 'recovery' } }, orderBy: { seq: 'asc' } });
