import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { enrolGateway } from './enrol-gateway';
import { newGatewaySecret } from './credential-verifier';
import { issueEnrolmentToken } from './issue-token';
import { gatewayFromBasicAuth, verifyCredential } from './verify-credential';

const actor = systemActor('test');
const context = { mqttUrl: 'mqtt://localhost:1883', ip: '192.0.2.1' };

async function makeDevice() {
  const tag = randomUUID().slice(0, 13);
  const site = await getDb().site.create({ data: { code: tag, name: tag, timezone: 'UTC' } });
  const crane = await getDb().crane.create({ data: { siteId: site.id, name: tag, kind: 'sts' } });
  const row = { name: tag, siteId: site.id, craneId: crane.id, model: 'm', serialNumber: tag, hardwareRevision: 'h' };
  const { id } = await getDb().gateway.create({ data: row });
  return { id, serialNumber: tag, hardwareRevision: 'h2', model: 'm2' };
}
const enrol = ({ id: _id, ...device }: Awaited<ReturnType<typeof makeDevice>>, token: string) =>
  enrolGateway({ token, ...device }, context);

describe('enrolment', () => {
  it('gives an identity for a token, once: of many devices with one token one wins', async () => {
    const device = await makeDevice();
    const { token } = await issueEnrolmentToken(actor, { gatewayId: device.id });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => enrol(device, token)));
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(won).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(won[0]).toMatchObject({ gatewayId: device.id, mqttUsername: device.id, mqttUrl: context.mqttUrl });
    expect(won[0]?.commandKeys[0]).not.toHaveProperty('d');
    expect(await verifyCredential(device.id, won[0]?.mqttPassword ?? '')).toBe(true);
    expect(await getDb().auditEvent.count({ where: { objectId: device.id, name: 'gateway.enrolled' } })).toBe(1);
    expect(await getDb().gateway.findUnique({ where: { id: device.id } })).toMatchObject({ hardwareRevision: 'h2', model: 'm2' });
  });

  it('refuses unknown, expired and replaced tokens', async () => {
    const device = await makeDevice();
    await expect(enrol(device, `fle_${'x'.repeat(43)}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const expired = await issueEnrolmentToken(actor, { gatewayId: device.id, ttlMs: -1 });
    await expect(enrol(device, expired.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const first = await issueEnrolmentToken(actor, { gatewayId: device.id });
    const second = await issueEnrolmentToken(actor, { gatewayId: device.id });
    await expect(enrol(device, first.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await enrol(device, second.token)).gatewayId).toBe(device.id);
  });

  it('gives the same identity to the same request again, when the device brought its own secret', async () => {
    const device = await makeDevice();
    const { token } = await issueEnrolmentToken(actor, { gatewayId: device.id });
    const { id: _id, ...said } = device;
    const request = { token, ...said, secret: newGatewaySecret() };
    const first = await enrolGateway(request, context);
    expect(first.mqttPassword).toBe(request.secret);
    expect(await enrolGateway(request, context)).toMatchObject({ gatewayId: device.id, mqttPassword: request.secret });
    expect(await verifyCredential(device.id, request.secret)).toBe(true);
    expect(await getDb().auditEvent.count({ where: { objectId: device.id, name: 'gateway.enrolled' } })).toBe(1);
    // Whoever learns the token later has not the secret.
    await expect(enrolGateway({ ...request, secret: newGatewaySecret() }, context)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(enrol(device, token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is not used up by the wrong device', async () => {
    const device = await makeDevice();
    const { token } = await issueEnrolmentToken(actor, { gatewayId: device.id });
    await expect(enrol({ ...device, serialNumber: 'another' }, token)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await enrol(device, token)).gatewayId).toBe(device.id);
  });

  it('keeps neither token nor secret in the database', async () => {
    const device = await makeDevice();
    const { token } = await issueEnrolmentToken(actor, { gatewayId: device.id });
    const { mqttPassword } = await enrol(device, token);
    const rows = [
      await getDb().enrolmentToken.findMany({ where: { gatewayId: device.id } }),
      await getDb().gateway.findMany({ where: { id: device.id } }),
      await getDb().auditEvent.findMany({ where: { objectId: device.id } }),
    ];
    const text = JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).not.toContain(token);
    expect(text).not.toContain(mqttPassword);
  });

  it('again replaces the secret: the new one counts at once, and the old one no longer', async () => {
    const device = await makeDevice();
    const renew = async () => (await enrol(device, (await issueEnrolmentToken(actor, { gatewayId: device.id })).token)).mqttPassword;
    const old = await renew();
    expect(await verifyCredential(device.id, old)).toBe(true);
    const renewed = await renew();
    expect(await verifyCredential(device.id, renewed)).toBe(true);
    expect(await verifyCredential(device.id, old)).toBe(false);
  });

  it('is what Basic auth of the device doors asks for', async () => {
    const device = await makeDevice();
    const { mqttPassword } = await enrol(device, (await issueEnrolmentToken(actor, { gatewayId: device.id })).token);
    const basic = (text: string) => gatewayFromBasicAuth(`Basic ${Buffer.from(text).toString('base64')}`);
    expect(await basic(`${device.id}:${mqttPassword}`)).toBe(device.id);
    for (const wrong of [`${device.id}:nonsense`, `${device.id}`, `:${mqttPassword}`, `nobody:${mqttPassword}`, ''])
      expect(await basic(wrong)).toBeNull();
    for (const header of [null, undefined, '', 'Bearer x', 'Basic *']) expect(await gatewayFromBasicAuth(header)).toBeNull();
  });
});
