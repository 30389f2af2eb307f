/** Rows that a test of ingest and relay starts from. For tests. */
import { randomUUID } from 'node:crypto';
import type { JobState } from '#/domain/jobs/job-machine';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { getDb } from '#/server/db/client';
import { makeVerifier, newGatewaySecret } from '#/server/enrolment/credential-verifier';

export type TestGateway = { id: string; siteId: string; name: string; secret: string };

/** An enrolled gateway that runs v1.0.0 on slot A. */
export async function makeGateway(data: { connected?: boolean; bootId?: string | null; eventEpoch?: string } = {}): Promise<TestGateway> {
  const db = getDb();
  const tag = randomUUID().slice(0, 13);
  const site = await db.site.create({ data: { code: tag, name: tag, timezone: 'Europe/Amsterdam' } });
  const crane = await db.crane.create({ data: { siteId: site.id, name: tag, kind: 'sts' } });
  const secret = newGatewaySecret();
  const gateway = await db.gateway.create({
    data: {
      name: `GW-${tag}`,
      siteId: site.id,
      craneId: crane.id,
      model: 'm',
      serialNumber: tag,
      hardwareRevision: 'h',
      activeSlot: 'A',
      activeVersion: 'v1.0.0',
      credentialVerifier: await makeVerifier(secret),
      enrolledAt: new Date(),
      bootId: 'boot-1',
      lastSeenAt: new Date(),
      ...data,
    },
  });
  return { id: gateway.id, siteId: site.id, name: gateway.name, secret };
}

/** A job of that gateway from v1.0.0 on A to v2.0.0 on B. */
export async function makeJob(
  gateway: TestGateway,
  state: JobState = 'offered',
  data: { intent?: string; reportSeq?: bigint; bootIdBefore?: string; deadlineAt?: Date; strategy?: string; windowEndsAt?: Date } = {},
): Promise<string> {
  const id = `OTA-JOB-${randomUUID().slice(0, 13)}`;
  await getDb().job.create({
    data: {
      id,
      gatewayId: gateway.id,
      siteId: gateway.siteId,
      type: 'install',
      intent: 'install',
      strategy: 'seamless',
      state,
      fromVersion: 'v1.0.0',
      toVersion: 'v2.0.0',
      targetSlot: 'B',
      options: jobOptionsSchema.parse({}),
      initiatedBy: 'test',
      bytesTotal: 1000n,
      ...data,
    },
  });
  return id;
}
