import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { versionSortKey } from '#/domain/releases/version';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { cancelJob } from './cancel-job';
import { startDownload } from './start-download';

const actor = systemActor('test');

async function gatewayWithRelease() {
  const db = getDb();
  const tag = randomUUID().slice(0, 8);
  const site = await db.site.create({ data: { code: tag, name: tag, timezone: 'Europe/Berlin' } });
  const crane = await db.crane.create({ data: { siteId: site.id, name: tag, kind: 'sts' } });
  const gateway = await db.gateway.create({
    data: {
      name: tag,
      siteId: site.id,
      craneId: crane.id,
      model: 'm',
      serialNumber: tag,
      hardwareRevision: 'h',
      activeSlot: 'A',
      activeVersion: 'v1.0.0',
    },
  });
  const sha256 = randomUUID().replaceAll('-', '').repeat(2);
  await db.artifact.create({ data: { sha256, sizeBytes: 1000n } });
  const version = `v2.0.0-${tag}`;
  const release = await db.release.create({
    data: {
      version,
      versionSortKey: versionSortKey(version),
      hardware: ['h'],
      channel: 'stable',
      type: 'feature',
      severity: 'normal',
      description: '',
      artifactSha256: sha256,
      releasedAt: new Date(),
    },
  });
  return { gatewayId: gateway.id, releaseId: release.id, version };
}

describe('starting a download', () => {
  it('lets one of many that come at once win; the others learn its id', async () => {
    const { gatewayId, releaseId } = await gatewayWithRelease();
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => startDownload(actor, { gatewayId, releaseId })));
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.jobId] : []));
    expect(won).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'UPDATE_IN_PROGRESS', details: { job_id: won[0] } });
    }
    expect(await getDb().outboxCommand.count({ where: { gatewayId } })).toBe(1);
  });

  it('refuses a bad signature, whoever asks and whatever is switched off', async () => {
    const { gatewayId, releaseId } = await gatewayWithRelease();
    await getDb().release.update({ where: { id: releaseId }, data: { signature: 'invalid' } });
    const options = { verifySignature: false };
    await expect(startDownload(actor, { gatewayId, releaseId, options })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('shows nobody a gateway of another site', async () => {
    const { gatewayId, releaseId } = await gatewayWithRelease();
    const elsewhere = { ...actor, type: 'user' as const, grants: [{ role: 'operator' as const, siteId: randomUUID() }] };
    await expect(startDownload(elsewhere, { gatewayId, releaseId })).rejects.toMatchObject({ code: 'GATEWAY_NOT_FOUND' });
  });

  it('refuses the running partition and another version', async () => {
    const { gatewayId, releaseId } = await gatewayWithRelease();
    await expect(startDownload(actor, { gatewayId, releaseId, targetSlot: 'A' })).rejects.toMatchObject({
      code: 'INVALID_TARGET_PARTITION',
    });
    await expect(startDownload(actor, { gatewayId, releaseId, version: 'v9.9.9' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('gives way when the former download only rests', async () => {
    const { gatewayId, releaseId } = await gatewayWithRelease();
    const first = await startDownload(actor, { gatewayId, releaseId });
    await getDb().job.update({ where: { id: first.jobId }, data: { state: 'downloaded' } });
    const second = await startDownload(actor, { gatewayId, releaseId });
    expect(await getDb().job.findUnique({ where: { id: first.jobId } })).toMatchObject({
      state: 'cancelled',
      errorMessage: `superseded by ${second.jobId}`,
    });
  });

  it('is cancelled at once while it was never sent', async () => {
    const { gatewayId, releaseId } = await gatewayWithRelease();
    const { jobId } = await startDownload(actor, { gatewayId, releaseId });
    expect(await cancelJob(actor, { jobId, reason: 'not needed' })).toMatchObject({ state: 'cancelled', partialDataRemoved: false });
    expect(await getDb().outboxCommand.count({ where: { jobId, answeredAt: null } })).toBe(0);
  });
});
