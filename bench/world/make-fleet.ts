/** Enrolled gateways in bulk, some with a job that is downloading. All have one secret: what is measured is not enrolment. */
import { randomUUID } from 'node:crypto';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { getPool } from '#/server/db/client';
import { makeVerifier, newGatewaySecret } from '#/server/enrolment/credential-verifier';

export type BenchGateway = { id: string; jobId: string | null };
export type BenchFleet = { siteId: string; secret: string; verifier: string; gateways: BenchGateway[] };

export async function makeFleet(count: number, withJob: (index: number) => boolean): Promise<BenchFleet> {
  const pool = getPool();
  const tag = randomUUID().slice(0, 8);
  const secret = newGatewaySecret();
  const verifier = await makeVerifier(secret);
  const [siteId, craneId] = [randomUUID(), randomUUID()];
  await pool.query(`INSERT INTO "Site" (id, code, name, timezone) VALUES ($1, $2, $2, 'Europe/Amsterdam')`, [siteId, `B${tag}`]);
  await pool.query(`INSERT INTO "Crane" (id, "siteId", name, kind) VALUES ($1, $2, $3, 'sts')`, [craneId, siteId, tag]);
  const gateways = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    jobId: withJob(index) ? `OTA-JOB-${tag}-${index}` : null,
  }));
  await pool.query(
    `INSERT INTO "Gateway" (id, name, "siteId", "craneId", model, "serialNumber", "hardwareRevision", "credentialVerifier", "enrolledAt", "activeSlot", "activeVersion", "bootId")
     SELECT id, $2 || '-' || n, $3, $4, 'm', $2 || '-' || n, 'h', $5, now(), 'A', 'v1.0.0', 'boot' FROM UNNEST($1::uuid[]) WITH ORDINALITY AS g(id, n)`,
    [gateways.map((one) => one.id), tag, siteId, craneId, verifier],
  );
  const busy = gateways.filter((one) => one.jobId !== null);
  await pool.query(
    `INSERT INTO "Job" (id, "gatewayId", "siteId", type, intent, state, "fromVersion", "toVersion", "targetSlot", options, "initiatedBy", "bytesTotal")
     SELECT j.id, j.gw, $3, 'install', 'install', 'downloading', 'v1.0.0', 'v2.0.0', 'B', $4, 'bench', 1000000000 FROM UNNEST($1::text[], $2::uuid[]) AS j(id, gw)`,
    [busy.map((one) => one.jobId), busy.map((one) => one.id), siteId, JSON.stringify(jobOptionsSchema.parse({}))],
  );
  await pool.query('ANALYZE "Gateway", "Job"');
  return { siteId, secret, verifier, gateways };
}
