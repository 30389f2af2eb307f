/** One job as its page shows it. Its timeline is read apart (browse-job-events.ts): it may be long. */
import { FINAL_STATES, type JobState } from '#/domain/jobs/job-machine';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { operationOf } from '#/domain/jobs/operations';
import { needsDecision, waitsToBeKept } from '#/domain/jobs/undecided';
import { makesSnapshot, recoveryOfJob } from './recovery-order';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { holdsOfJob } from '../safety/holds-of';
import { findJob } from './find-job';
import { readTransfer } from './read-transfer';

/** When the job was in a state, the first and the last time it entered it. */
export type StateTime = { state: JobState; firstAt: Date; lastAt: Date };
export type JobView = Awaited<ReturnType<typeof readJob>>;

/** The job; throws JOB_NOT_FOUND for what the actor may not see. */
export async function readJob(actor: Actor, jobId: string) {
  const job = await findJob(actor, jobId);
  const db = getDb();
  const now = new Date();
  const [gateway, times, holds, transfer, image] = await Promise.all([
    db.gateway.findUniqueOrThrow({
      where: { id: job.gatewayId },
      select: {
        site: { select: { code: true, name: true, timezone: true } },
        crane: { select: { name: true, block: { select: { name: true } } } },
      },
    }),
    db.jobEvent.groupBy({ by: ['state'], where: { jobId, kind: 'state' }, _min: { at: true }, _max: { at: true } }),
    holdsOfJob(db, job, now.getTime()),
    readTransfer(db, jobId),
    job.artifactSha256 === null
      ? null
      : db.artifact.findUnique({ where: { sha256: job.artifactSha256 }, select: { compression: true, contentSizeBytes: true } }),
  ]);
  return {
    id: job.id,
    type: job.type,
    intent: job.intent,
    operation: operationOf(job.operation),
    recovery: recoveryOfJob(job),
    /** Whether a snapshot or a backup is one of its steps. */
    makesSnapshot: makesSnapshot(job),
    state: job.state as JobState,
    heldState: job.heldState as JobState | null,
    waitingFor: job.waitingFor,
    undecided: needsDecision(job),
    /** The new version runs and is healthy; its agent keeps it as soon as the interlocks allow it. */
    waitsToBeKept: waitsToBeKept(job),
    finished: FINAL_STATES.has(job.state as JobState),
    requestedAction: job.requestedAction,
    strategy: job.strategy,
    fromVersion: job.fromVersion,
    toVersion: job.toVersion,
    targetSlot: job.targetSlot,
    sha256: job.artifactSha256,
    options: jobOptionsSchema.parse(job.options),
    initiatedBy: job.initiatedBy,
    attempt: job.attempt,
    percent: job.percent,
    bytesDone: Number(job.bytesDone),
    bytesTotal: Number(job.bytesTotal),
    bytesPerSecond: job.speedBytesPerSecond,
    connections: job.connections,
    errors: job.errors,
    retries: job.retries,
    progressAt: job.progressAt,
    scheduledFor: job.scheduledFor,
    windowEndsAt: job.windowEndsAt,
    deadlineAt: job.deadlineAt,
    errorCode: job.errorCode,
    errorMessage: job.errorMessage,
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    stateChangedAt: job.stateChangedAt,
    finishedAt: job.finishedAt,
    gateway: {
      ...job.gateway,
      site: gateway.site,
      crane: { name: gateway.crane.name, block: gateway.crane.block?.name ?? null },
    },
    release: job.release && { type: job.release.type, severity: job.release.severity, changelog: job.release.changelog },
    /** How its image came. */
    transfer,
    /** What its image unpacks to; null for one that is not compressed, or of which that is not known. */
    unpacked:
      image?.compression && image.compression !== 'none' && image.contentSizeBytes !== null
        ? { compression: image.compression, sizeBytes: Number(image.contentSizeBytes) }
        : null,
    stateTimes: times.flatMap(({ state, _min, _max }): StateTime[] =>
      state && _min.at && _max.at ? [{ state: state as JobState, firstAt: _min.at, lastAt: _max.at }] : [],
    ),
    holds,
    readAt: now,
  };
}
