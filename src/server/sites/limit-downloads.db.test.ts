import { describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { makeGateway, makePerson } from '../testing/fleet-rows';
import { limitDownloads } from './limit-downloads';

describe('limiting downloads', () => {
  it('of a site or one of its gateways, with an event, and lifting it', async () => {
    const gateway = await makeGateway();
    const { code } = await getDb().site.findUniqueOrThrow({ where: { id: gateway.siteId } });
    const { actor } = await makePerson('supervisor', { siteId: gateway.siteId });
    const limits = async () => {
      const { downloadBytesPerSecond, site } = await getDb().gateway.findUniqueOrThrow({
        where: { id: gateway.id },
        include: { site: true },
      });
      return [downloadBytesPerSecond, site.downloadBytesPerSecond];
    };
    await limitDownloads(actor, { siteCode: code, bytesPerSecond: 5_000_000 });
    await limitDownloads(actor, { siteCode: code, gatewayName: gateway.name, bytesPerSecond: 1_000_000 });
    expect(await limits()).toEqual([1_000_000n, 5_000_000n]);
    await limitDownloads(actor, { siteCode: code, bytesPerSecond: null });
    expect(await limits()).toEqual([1_000_000n, null]);
    const events = await getDb().auditEvent.findMany({
      where: { siteId: gateway.siteId, name: 'downloads.limited' },
      orderBy: { seq: 'asc' },
    });
    expect(events.map(({ objectType, data }) => [objectType, data])).toEqual([
      ['site', { bytesPerSecond: 5_000_000 }],
      ['gateway', { bytesPerSecond: 1_000_000 }],
      ['site', { bytesPerSecond: null }],
    ]);
  });

  it('not below what is a connection, not at another site, not without the right', async () => {
    const [mine, other] = [await makeGateway(), await makeGateway()];
    const codeOf = async (siteId: string) => (await getDb().site.findUniqueOrThrow({ where: { id: siteId } })).code;
    const { actor } = await makePerson('supervisor', { siteId: mine.siteId });
    const siteCode = await codeOf(mine.siteId);
    await expect(limitDownloads(actor, { siteCode, bytesPerSecond: 10 })).rejects.toThrow('at least 1024');
    await expect(limitDownloads(actor, { siteCode: 'NOWHERE', bytesPerSecond: 5000 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(limitDownloads(actor, { siteCode, gatewayName: other.name, bytesPerSecond: 5000 })).rejects.toMatchObject({
      code: 'GATEWAY_NOT_FOUND',
    });
    await expect(limitDownloads(actor, { siteCode: await codeOf(other.siteId), bytesPerSecond: 5000 })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const viewer = await makePerson('viewer', { siteId: mine.siteId });
    await expect(limitDownloads(viewer.actor, { siteCode, bytesPerSecond: 5000 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
