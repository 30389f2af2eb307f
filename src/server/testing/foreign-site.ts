/** A site with a row of every kind that a screen or a program may ask for, each with the same mark in its texts. For tests of rights. */
import { randomUUID } from 'node:crypto';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { versionSortKey } from '#/domain/releases/version';
import { getDb, getPool } from '../db/client';

export type ForeignSite = Awaited<ReturnType<typeof makeForeignSite>>;

export async function makeForeignSite() {
  const db = getDb();
  const mark = `Z${randomUUID().replaceAll('-', '').slice(0, 7).toUpperCase()}`;
  const site = await db.site.create({ data: { code: mark, name: `Site ${mark}`, timezone: 'Europe/Amsterdam' } });
  const crane = await db.crane.create({ data: { siteId: site.id, name: `Crane ${mark}`, kind: 'sts' } });
  const person = await db.user.create({
    data: {
      email: `${mark.toLowerCase()}@test.example`,
      name: mark,
      passwordHash: 'x',
      roles: { create: { role: 'operator', siteId: site.id } },
    },
  });
  const now = new Date();
  const gateway = await db.gateway.create({
    data: {
      name: `${mark}-GW1`,
      siteId: site.id,
      craneId: crane.id,
      model: mark,
      serialNumber: `SN-${mark}`,
      hardwareRevision: `hw-${mark}`,
      enrolledAt: now,
      activeSlot: 'A',
      activeVersion: 'v1.0.0',
      connected: true,
      status: 'online',
      lastSeenAt: now,
      slots: {
        create: [
          { id: 'A', version: 'v1.0.0', status: 'healthy', sizeBytes: 512e6, usedBytes: 3e8 },
          { id: 'B', version: 'v0.9.0', status: 'ready', sizeBytes: 512e6, usedBytes: 2e8 },
        ],
      },
      vitals: {
        create: {
          cpuPercent: 1,
          memoryPercent: 2,
          diskPercent: 3,
          uptimeSeconds: 4,
          memoryFreeBytes: 2e9,
          diskFreeBytes: 20e9,
          sampledAt: now,
          receivedAt: now,
        },
      },
      settings: { create: { body: defaultSettings('Europe/Amsterdam'), version: 1 } },
      samples: { create: { sampledAt: now, cpuPercent: 1, memoryPercent: 2, diskPercent: 3 } },
      logs: { create: { at: now, level: 'error', source: 'ota', message: `Log of ${mark}` } },
    },
  });
  const own = { gatewayId: gateway.id, siteId: site.id };
  await db.safetyBlock.create({ data: { ...own, constraint: 'ups_battery', level: 'soft', stale: false, reason: `Battery of ${mark}` } });
  const sha256 = randomUUID().replaceAll('-', '').repeat(2);
  await db.artifact.create({ data: { sha256, sizeBytes: 1000 } });
  const version = `v1.1.0-${mark}`;
  const release = await db.release.create({
    data: {
      version,
      versionSortKey: versionSortKey(version),
      channel: 'stable',
      type: 'hotfix',
      severity: 'low',
      description: 'A release belongs to no site',
      artifactSha256: sha256,
      releasedAt: now,
    },
  });
  const job = await db.job.create({
    data: {
      id: `OTA-JOB-${mark}`,
      ...own,
      releaseId: release.id,
      type: 'install',
      intent: 'install',
      strategy: 'seamless',
      state: 'waiting',
      heldState: 'downloaded',
      fromVersion: 'v1.0.0',
      toVersion: version,
      targetSlot: 'B',
      options: jobOptionsSchema.parse({}),
      initiatedById: person.id,
      initiatedBy: person.email,
      bytesTotal: 1000n,
      events: { create: { at: now, kind: 'note', message: `Event of ${mark}`, actor: person.email } },
    },
  });
  // Belongs to no site and bears no mark: what may be known of it is not what runs it.
  const plain = `v1.1.1-${randomUUID().replaceAll('-', '').slice(0, 8)}a`;
  const { id: plainId } = await db.release.create({
    data: {
      version: plain,
      versionSortKey: versionSortKey(plain),
      channel: 'stable',
      type: 'hotfix',
      severity: 'low',
      description: 'A release without a mark',
      artifactSha256: sha256,
      releasedAt: now,
    },
  });
  await db.downgradePermit.create({
    data: {
      ...{ releaseId: plainId, gatewayId: gateway.id, fromVersion: 'v9.0.0', toVersion: plain, artifactSha256: sha256 },
      ...{ text: '{}', expiresAt: new Date('2100-01-01T00:00:00Z'), signatureKind: 'gpg', signature: Buffer.from('x') },
      ...{ keyFingerprint: 'A'.repeat(40), signer: `Signer of ${mark}`, addedBy: 'test' },
    },
  });
  const upload = await db.upload.create({
    data: {
      ownerId: person.id,
      owner: person.email,
      fileName: `${mark}.img`,
      state: 'verified',
      artifactSha256: sha256,
      gatewayId: gateway.id,
      siteId: site.id,
      expiresAt: new Date('2100-01-01T00:00:00Z'),
    },
  });
  const requestHash = randomUUID().replaceAll('-', '').repeat(2);
  const override = await db.overrideRequest.create({
    data: {
      id: `OVR-${mark}`,
      batchId: `OVB-${mark}`,
      ...own,
      jobId: job.id,
      operation: 'O3',
      constraints: ['ups_battery'],
      bounds: [{ constraint: 'ups_battery', bound: { levelPercent: 25, onBattery: false } }],
      durationSeconds: 1800,
      reasonCode: 'test',
      reason: `Reason of ${mark}`,
      measures: [`Measure of ${mark}`],
      observed: [],
      policyVersion: 0,
      approversNeeded: 1,
      requestHash,
      requesterId: person.id,
      requester: person.email,
      // Far away: other tests on this database let what is due lapse.
      lapsesAt: new Date('2100-01-01T00:00:00Z'),
    },
  });
  const alarm = await db.alarm.create({
    data: { key: `ups_low:${gateway.id}`, kind: 'ups_low', priority: 2, ...own, message: `Alarm of ${mark}` },
  });
  await db.alarmEvent.create({
    data: { alarmId: alarm.id, event: 'raise', state: 'active_unacknowledged', actor: 'test', message: `Alarm event of ${mark}` },
  });
  const farAway = new Date('2100-01-01T00:00:00Z');
  const snapshot = await db.snapshot.create({
    data: {
      id: `SNP-${mark}`,
      ...own,
      name: `Snapshot of ${mark}`,
      type: 'manual',
      state: 'ready',
      version: 'v0.9.0',
      slot: 'A',
      bootable: true,
      contents: ['image', 'data'],
      compression: 'zstd',
      sizeBytes: 1000n,
      sha256: randomUUID().replaceAll('-', '').repeat(2),
      createdBy: person.email,
      expiresAt: farAway,
    },
  });
  const bundle = await db.debugBundle.create({
    data: {
      id: `DBG-${mark}`,
      ...own,
      state: 'collecting',
      contents: ['logs'],
      compression: 'gzip',
      requestedById: person.id,
      requestedBy: person.email,
      expiresAt: farAway,
    },
  });
  const channel = await db.notificationChannel.create({
    data: {
      name: `Channel ${mark}`,
      type: 'webhook',
      config: { url: `https://${mark.toLowerCase()}.example/hook` },
      siteId: site.id,
      topics: [],
      createdBy: person.email,
    },
  });
  await db.notificationDelivery.create({ data: { channelId: channel.id, topic: 'test', payload: { message: mark } } });
  return { mark, site, crane, person, gateway, release, plainId, upload, job, override, requestHash, alarm, snapshot, bundle, channel };
}

/**
 * Every row of the database that names the site or something of it, as one text to compare. Refusals in the audit trail are
 * left out: they are to be written.
 */
export async function fingerprintOf({ mark, site, gateway, alarm, channel, person }: ForeignSite): Promise<string> {
  // LIKE and no regular expression: this reads every row of the tests many times over.
  const words = [mark, mark.toLowerCase(), site.id, gateway.id, alarm.id, channel.id, person.id].map((word) => `%${word}%`);
  const { rows: tables } = await getPool().query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await getPool().query<{ row: string }>(
      `SELECT t::text AS row FROM "${name}" t WHERE t::text LIKE ANY($1) ${name === 'AuditEvent' ? "AND result = 'ok'" : ''} ORDER BY 1`,
      [words],
    );
    found.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return found.join('\n');
}
