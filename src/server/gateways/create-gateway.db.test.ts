import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { createSite } from '../sites/create-site';
import { createGateway } from './create-gateway';

const admin = systemActor('test');
const siteCode = randomUUID().replaceAll('-', '').slice(0, 8).toUpperCase();
let siteId: string;
const wanted = (name: string) => ({
  name: `${siteCode}-${name}`,
  siteCode,
  crane: 'STS07',
  craneKind: 'sts' as const,
  block: 'Quay',
  serialNumber: `${siteCode}-${name}`,
});

beforeAll(async () => {
  siteId = (await createSite(admin, { code: siteCode, name: 'Test', timezone: 'Asia/Kolkata' })).siteId;
});

describe('creating sites and gateways', () => {
  it('makes crane and block once, and records who did it', async () => {
    const one = await createGateway(admin, wanted('GW1'));
    const two = await createGateway(admin, { ...wanted('GW2'), craneKind: null, block: null });
    const rows = await getDb().gateway.findMany({
      where: { id: { in: [one.gatewayId, two.gatewayId] } },
      include: { crane: { include: { block: true } } },
    });
    expect(new Set(rows.map((row) => row.craneId)).size).toBe(1);
    expect(rows[0]).toMatchObject({ status: 'offline', enrolledAt: null, crane: { kind: 'sts', block: { name: 'Quay' } } });
    const audit = await getDb().auditEvent.findMany({ where: { siteId } });
    expect(audit.map((event) => event.name).sort()).toEqual(['gateway.created', 'gateway.created', 'site.created']);
  });

  it('refuses a taken name or serial number, an unknown site, and a new crane of no kind', async () => {
    await createGateway(admin, wanted('GW3'));
    await expect(createGateway(admin, { ...wanted('GW3'), serialNumber: randomUUID() })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(createGateway(admin, { ...wanted('GW4'), serialNumber: wanted('GW3').serialNumber })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(createGateway(admin, { ...wanted('GW5'), siteCode: 'NONE0' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const nameless = createGateway(admin, { ...wanted('GW6'), crane: 'RTG1', craneKind: null });
    await expect(nameless).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await getDb().crane.count({ where: { siteId } })).toBe(1);
  });

  it('refuses a taken code and what is no time zone', async () => {
    await expect(createSite(admin, { code: siteCode, name: 'Again', timezone: 'UTC' })).rejects.toMatchObject({ code: 'CONFLICT' });
    for (const timezone of ['Europe/Rotterdam', '+05:30', ''])
      await expect(createSite(admin, { code: 'ZZ', name: 'X', timezone })).rejects.toThrow();
  });

  it('is for those who may enrol at that site', async () => {
    const operator = { ...admin, grants: [{ role: 'operator' as const, siteId: null }] };
    const elsewhere = { ...admin, grants: [{ role: 'admin' as const, siteId: randomUUID() }] };
    for (const actor of [operator, elsewhere]) {
      await expect(createGateway(actor, wanted('GW9'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(createSite(actor, { code: 'ZZ', name: 'X', timezone: 'UTC' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});
