/** Jobs that may not go on and have not begun to write: cancelled, each by itself. */
import type { JobState } from '#/domain/jobs/job-machine';
import { systemActor } from '../access/actor';
import { logger } from '../config/logger';
import { getDb, type Prisma } from '../db/client';
import { orderCancel } from '../jobs/cancel-job';
import { askFloor } from '../trust/rollback-floor';

/** Nothing of the inactive slot is overwritten yet in these. */
const UNWRITTEN: JobState[] = ['offered', 'accepted', 'downloading', 'downloaded', 'capturing', 'verifying'];
const NOT_WRITING = {
  finishedAt: null,
  // A cancel that was ordered is not ordered twice.
  OR: [{ requestedAction: null }, { requestedAction: { not: 'cancel' } }],
  AND: { OR: [{ state: { in: UNWRITTEN } }, { state: { in: ['waiting', 'paused'] }, heldState: { in: UNWRITTEN } }] },
} satisfies Prisma.JobWhereInput;

/** Of releases that were withdrawn, or whose signature does not count any more. Returns how many cancels were ordered; the gateway's answer counts. */
export async function cancelWithdrawnJobs(releaseId?: string): Promise<number> {
  const jobs = await getDb().job.findMany({
    where: {
      ...NOT_WRITING,
      release: { OR: [{ state: 'withdrawn' }, { signature: 'invalid' }], ...(releaseId === undefined ? {} : { id: releaseId }) },
    },
    orderBy: { createdAt: 'asc' },
    take: 200,
    select: { id: true, toVersion: true, release: { select: { state: true } } },
  });
  let ordered = 0;
  for (const { id, toVersion, release } of jobs) {
    const reason = release?.state === 'withdrawn' ? `${toVersion} was withdrawn` : `the signature of ${toVersion} does not count any more`;
    if (await tryCancel(id, reason)) ordered += 1;
  }
  return releaseId === undefined ? ordered + (await cancelUnsignedDeployments()) : ordered;
}

/** Images that were deployed as they were uploaded, without a release that could be stopped: signatures of them held, and none does now. */
async function cancelUnsignedDeployments(): Promise<number> {
  const db = getDb();
  const unsigned = await db.$queryRaw<{ id: string }[]>`
    SELECT j.id FROM "Job" j WHERE j."finishedAt" IS NULL AND j.operation = 'update' AND j."releaseId" IS NULL
      AND EXISTS (SELECT 1 FROM "ArtifactSignature" s WHERE s."artifactSha256" = j."artifactSha256" AND s."verifiedAt" IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM "ArtifactSignature" s WHERE s."artifactSha256" = j."artifactSha256" AND s.verdict = 'verified')`;
  if (unsigned.length === 0) return 0;
  const where = { ...NOT_WRITING, id: { in: unsigned.map(({ id }) => id) } };
  let ordered = 0;
  for (const { id, toVersion } of await db.job.findMany({ where, select: { id: true, toVersion: true } }))
    if (await tryCancel(id, `the signature of ${toVersion} does not count any more`)) ordered += 1;
  return ordered;
}

/** Downgrades whose permission was taken back, and that no other one permits. */
export async function cancelUnpermittedJobs(): Promise<number> {
  const db = getDb();
  const ended = await db.$queryRaw<{ id: string }[]>`
    SELECT j.id FROM "Job" j WHERE j."finishedAt" IS NULL AND j.operation = 'update'
      AND EXISTS (SELECT 1 FROM "DowngradePermit" p WHERE p."artifactSha256" = j."artifactSha256" AND p."endedAt" IS NOT NULL)`;
  if (ended.length === 0) return 0;
  const jobs = await db.job.findMany({
    where: { ...NOT_WRITING, id: { in: ended.map(({ id }) => id) } },
    select: { id: true, toVersion: true, artifactSha256: true, gateway: { select: { id: true, activeVersion: true } } },
  });
  let ordered = 0;
  for (const { id, toVersion: version, artifactSha256: sha256, gateway } of jobs) {
    const found = sha256 === null ? null : await askFloor(db, { gateway, version, sha256 });
    if (
      found !== null &&
      'refused' in found &&
      (await tryCancel(id, `${version} is below the rollback floor ${found.floor}, and ${found.refused}`))
    )
      ordered += 1;
  }
  return ordered;
}

/** One that began to write meanwhile goes on. */
async function tryCancel(jobId: string, reason: string): Promise<boolean> {
  try {
    await orderCancel(systemActor('controller'), { jobId, reason });
    return true;
  } catch (error) {
    logger.warn({ jobId, reason: (error as Error).message }, 'releases: a job that may not go on could not be cancelled');
    return false;
  }
}
