import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { versionSortKey } from '#/domain/releases/version';
import { defaultSettings, type GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import { getDb } from '../db/client';
import { makeGateway } from '../testing/fleet-rows';
import { AUTO_UPDATE, autoUpdate } from './auto-update';

const hardware = () => `hw-${randomBytes(6).toString('hex')}`;

async function makeRelease(fits: string, more: { type?: string; state?: string } = {}) {
  const sha256 = randomBytes(32).toString('hex');
  const version = `v${randomInt(900_001, 999_000)}.${randomInt(900_000)}.${randomInt(900_000)}`;
  await getDb().artifact.create({ data: { sha256, sizeBytes: 1000 } });
  return getDb().release.create({
    data: {
      ...{ version, versionSortKey: versionSortKey(version), channel: 'stable', type: 'security', severity: 'low', description: 'x' },
      ...{ artifactSha256: sha256, releasedAt: new Date(), hardware: [fits], ...more },
    },
  });
}

/** A connected gateway of a hardware of its own: what others publish does not fit it. */
async function makeAuto(auto: Partial<GatewaySettingsBody['auto_update']>, more: Partial<GatewaySettingsBody> = {}) {
  const fits = hardware();
  const gateway = await makeGateway();
  await getDb().gateway.update({
    where: { id: gateway.id },
    data: { connected: true, hardwareRevision: fits, activeVersion: 'v900000.0.0' },
  });
  const base = defaultSettings('Europe/Berlin');
  await getDb().gatewaySettings.create({
    data: { gatewayId: gateway.id, version: 1, body: { ...base, ...more, auto_update: { ...base.auto_update, enabled: true, ...auto } } },
  });
  return { id: gateway.id, fits };
}
const jobsOf = (gatewayId: string) => getDb().job.findMany({ where: { gatewayId }, orderBy: { createdAt: 'asc' } });

describe('automatic updates', () => {
  it('downloads, rests, and installs what it downloaded once it may', async () => {
    const { id, fits } = await makeAuto({ auto_download: true });
    const release = await makeRelease(fits);
    expect(await autoUpdate(id)).toBe('download');
    const [job] = await jobsOf(id);
    expect(job?.toVersion).toBe(release.version);
    expect(job).toMatchObject({ releaseId: release.id, intent: 'download', initiatedBy: AUTO_UPDATE, initiatedById: null });
    expect(await autoUpdate(id)).toBe('none');
    await getDb().job.update({ where: { id: job?.id ?? '' }, data: { state: 'downloaded' } });
    expect(await autoUpdate(id)).toBe('none');
    const body = { ...defaultSettings('Europe/Berlin'), update_strategy: 'maintenance' as const };
    const auto_update = { ...body.auto_update, enabled: true, auto_security: true, auto_reboot: false };
    await getDb().gatewaySettings.update({ where: { gatewayId: id }, data: { body: { ...body, auto_update } } });
    expect(await autoUpdate(id)).toBe('install_downloaded');
    const [installs] = await jobsOf(id);
    expect(installs).toMatchObject({ id: job?.id, intent: 'install', strategy: 'maintenance', options: { rebootAfter: false } });
    expect(installs?.scheduledFor).not.toBeNull();
  });

  it('several controllers at once order one job; switched off none', async () => {
    const { id, fits } = await makeAuto(
      { auto_security: true, auto_reboot: true },
      { verification: { verify_signature: false, verify_checksum: true, verify_size: true } },
    );
    await makeRelease(fits);
    const kinds = await Promise.all(Array.from({ length: 5 }, () => autoUpdate(id)));
    expect(kinds.filter((kind) => kind === 'install')).toHaveLength(1);
    const jobs = await jobsOf(id);
    expect(jobs).toMatchObject([{ intent: 'install', strategy: 'seamless', options: { rebootAfter: true, verifySignature: false } }]);
    const off = await makeAuto({ enabled: false, auto_download: true, auto_security: true });
    await makeRelease(off.fits);
    expect(await autoUpdate(off.id)).toBe('none');
    expect(await jobsOf(off.id)).toEqual([]);
  });

  it('takes no draft, nothing withdrawn, no feature where only security is wanted, nothing it fell back from', async () => {
    const { id, fits } = await makeAuto({ auto_security: true });
    await makeRelease(fits, { state: 'draft' });
    await makeRelease(fits, { state: 'withdrawn' });
    await makeRelease(fits, { type: 'feature' });
    expect(await autoUpdate(id)).toBe('none');
    await makeRelease(fits);
    expect(await autoUpdate(id)).toBe('install');
    const [job] = await jobsOf(id);
    await getDb().job.update({ where: { id: job?.id ?? '' }, data: { state: 'rolled_back', finishedAt: new Date() } });
    expect(await autoUpdate(id)).toBe('none');
    const newer = versionSortKey('v999999.1.1');
    const release = await makeRelease(fits);
    await getDb().release.update({ where: { id: release.id }, data: { versionSortKey: `${newer}${randomInt(1e9)}` } });
    expect(await autoUpdate(id)).toBe('install');
  });

  it('holds back while another gateway of its crane is being written to', async () => {
    const { id, fits } = await makeAuto({ auto_security: true });
    await makeRelease(fits);
    const { siteId, craneId } = await getDb().gateway.findUniqueOrThrow({ where: { id } });
    const other = await makeGateway(siteId);
    await getDb().gateway.update({ where: { id: other.id }, data: { craneId } });
    const jobId = `OTA-JOB-${randomBytes(5).toString('hex').toUpperCase()}`;
    const busy = {
      ...{ id: jobId, gatewayId: other.id, siteId, type: 'install', intent: 'install', state: 'writing' },
      toVersion: 'v9.9.9',
    };
    await getDb().job.create({ data: { ...busy, targetSlot: 'B', options: {}, initiatedBy: 'test' } });
    expect(await autoUpdate(id)).toBe('none');
    await getDb().job.update({ where: { id: jobId }, data: { state: 'confirmed', finishedAt: new Date() } });
    expect(await autoUpdate(id)).toBe('install');
  });

  it('tells of an update once, and only where it is wanted', async () => {
    const events = async (gatewayId: string) =>
      (await getDb().streamEvent.findMany({ where: { gatewayId, type: 'system_event' } })).map(
        ({ payload }) => (payload as { event: string }).event,
      );
    const { id, fits } = await makeAuto({ enabled: false });
    await makeRelease(fits);
    await autoUpdate(id);
    await autoUpdate(id);
    expect(await events(id)).toEqual(['update_available']);
    const quiet = await makeAuto(
      { enabled: false },
      { notifications: { ...defaultSettings('UTC').notifications, available_updates: false } },
    );
    await makeRelease(quiet.fits);
    await autoUpdate(quiet.id);
    expect(await events(quiet.id)).toEqual([]);
    expect((await getDb().gateway.findUniqueOrThrow({ where: { id: quiet.id } })).lastCheckAt).not.toBeNull();
  });
});
