import { DomainError } from '#/domain/errors/domain-error';
import type { Permission } from '#/domain/access/roles';
import { isAllowed } from '#/domain/access/grants';
import { type Actor, requirePermission } from '../access/actor';
import { type Db, getDb, type Tx } from '../db/client';

const INCLUDE = {
  gateway: {
    select: { id: true, name: true, siteId: true, connected: true, status: true, activeSlot: true, activeVersion: true, lastSeenAt: true },
  },
  release: {
    select: {
      id: true,
      version: true,
      type: true,
      severity: true,
      changelog: true,
      artifactSha256: true,
      artifact: { select: { sizeBytes: true } },
    },
  },
} as const;

export type JobRecord = NonNullable<Awaited<ReturnType<typeof loadJob>>>;

/** The job with its gateway and release. Unknown, or out of the actor's sight: JOB_NOT_FOUND (OTA_013); no right to act: FORBIDDEN. */
export async function findJob(actor: Actor, jobId: string, permission: Permission = 'job.read', db: Db | Tx = getDb()) {
  const job = await loadJob(db, jobId);
  // What the actor may not see does not exist for it.
  const visible = job && isAllowed(actor.grants, 'job.read', job.siteId) && (actor.gatewayId === null || actor.gatewayId === job.gatewayId);
  if (!job || !visible) {
    throw new DomainError('JOB_NOT_FOUND', `There is no job ${jobId.slice(0, 40)}.`, { job_id: jobId.slice(0, 40) }, [
      'List the jobs to find the right id',
    ]);
  }
  requirePermission(actor, permission, job.siteId);
  return job;
}

/** The newest job of a gateway that the actor may see (contract: progress without job_id). */
export async function findNewestJob(actor: Actor, gatewayId: string) {
  const newest = await getDb().job.findFirst({
    where: { gatewayId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    select: { id: true },
  });
  if (!newest) throw new DomainError('JOB_NOT_FOUND', 'This gateway has had no job yet.', { gateway_id: gatewayId });
  return findJob(actor, newest.id);
}

function loadJob(db: Db | Tx, jobId: string) {
  return db.job.findUnique({ where: { id: jobId }, include: INCLUDE });
}
