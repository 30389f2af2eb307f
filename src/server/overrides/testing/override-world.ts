/** A site with cranes, gateways and people with PINs. For tests of overrides. */
import { randomUUID } from 'node:crypto';
import type { Role } from '#/domain/access/roles';
import { hashPin } from '../../access/pin-hash';
import { getDb } from '../../db/client';
import { makePerson, makeSite } from '../../testing/fleet-rows';
import { requestOverride, type RequestOverrideInput } from '../request-override';

export const PIN = '482915';

export type OverrideWorld = Awaited<ReturnType<typeof makeOverrideWorld>>;

/** `cranes` next to each other in one block, one connected gateway on each, whose signals are calm but for a battery of 25 %. */
export async function makeOverrideWorld(cranes = 1) {
  const site = await makeSite();
  const block = await getDb().block.create({ data: { siteId: site.id, name: 'B1' } });
  const gateways: { id: string; siteId: string; craneId: string; name: string }[] = [];
  for (let index = 0; index < cranes; index += 1) gateways.push(await makeConnected(site.id, block.id, `STS${index + 1}`));
  return { site, block, gateways, gateway: gateways[0] as (typeof gateways)[number] };
}

/** A gateway that is online and has told a fresh nonce. */
export async function makeConnected(siteId: string, blockId: string | null, craneName: string) {
  const crane = await getDb().crane.create({ data: { siteId, blockId, name: craneName, kind: 'sts' } });
  const tag = randomUUID().slice(0, 8);
  const gateway = await getDb().gateway.create({
    data: {
      name: `GW-${tag}`,
      siteId,
      craneId: crane.id,
      model: 'm',
      serialNumber: tag,
      hardwareRevision: 'h',
      activeSlot: 'A',
      activeVersion: 'v1.0.0',
      bootId: 'boot-1',
      enrolledAt: new Date(),
      connected: true,
      lastSeenAt: new Date(),
      safetyNonce: 'nonce-of-the-first-report',
      safetyNonceAt: new Date(),
      safetyBootId: 'boot-1',
    },
  });
  await putCalmSignals(gateway.id);
  return { id: gateway.id, siteId, craneId: crane.id, name: gateway.name };
}

/** Calm, but for the battery: 25 % is below the soft limit of the shipped policy and above the hard one. */
export async function putCalmSignals(gatewayId: string, batteryPercent = 25, distanceM = 40): Promise<void> {
  const now = new Date();
  // A clock ahead of the server's, as far as is taken from one: what a busy machine does with them later is still in time.
  const sampledAt = new Date(now.getTime() + 10_000);
  const longAgo = new Date(now.getTime() - 3_600_000);
  const values = {
    crane_motion: { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: longAgo.toISOString() },
    acs_collision: { distanceM, zone: 'clear', fault: false },
    ups_battery: { levelPercent: batteryPercent, onBattery: false, runtimeSeconds: 3600 },
    network_connectivity: { rttMs: 20, lossPercent: 0, sessionAgeMs: 200 },
    disk_space: { freeBytes: 20e9, totalBytes: 64e9 },
  };
  for (const [constraint, value] of Object.entries(values)) {
    const row = { value, source: 'test', sampledAt, receivedAt: now, clearSinceAt: longAgo };
    await getDb().safetySignal.upsert({
      where: { gatewayId_constraint: { gatewayId, constraint } },
      create: { gatewayId, constraint, ...row },
      update: row,
    });
  }
}

/** A person with a role at a site and the PIN of this file. */
export async function makePinned(role: Role, siteId: string) {
  const person = await makePerson(role, { siteId });
  await getDb().user.update({ where: { id: person.userId }, data: { pinHash: await hashPin(PIN) } });
  return person;
}

export const REASON: Pick<RequestOverrideInput, 'reasonCode' | 'reason' | 'measures'> = {
  reasonCode: 'sensor_fault',
  reason: 'the encoder is being replaced',
  measures: ['spotter on the quay'],
};

/** One gateway's request for its battery, unless said otherwise. */
export async function askFor(actor: Parameters<typeof requestOverride>[0], gatewayId: string, changes: Partial<RequestOverrideInput> = {}) {
  const { requests } = await requestOverride(actor, {
    gatewayIds: [gatewayId],
    constraints: ['ups_battery'],
    durationSeconds: 1800,
    ...REASON,
    ...changes,
  });
  const request = requests[0];
  if (!request) throw new Error('no request was made');
  return request;
}

export const rowOf = (id: string) =>
  getDb().overrideRequest.findUniqueOrThrow({ where: { id }, include: { grants: { orderBy: { id: 'asc' } }, approvals: true } });
export const commandsOf = (gatewayId: string) => getDb().outboxCommand.findMany({ where: { gatewayId }, orderBy: { seq: 'asc' } });
export const auditOf = (id: string) =>
  getDb().auditEvent.findMany({ where: { objectType: 'override', objectId: id }, orderBy: { seq: 'asc' } });
export const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? error);
