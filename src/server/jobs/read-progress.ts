/** Where a job stands (contract: GET /updates/progress). */
import { CONTRACT_STATUS, type ContractStatus, operationWord } from '#/domain/jobs/contract-status';
import type { Hold } from '#/domain/jobs/hold';
import { FINAL_STATES, type JobState } from '#/domain/jobs/job-machine';
import { operationOf } from '#/domain/jobs/operations';
import { isResting } from '#/domain/jobs/phase-deadlines';
import { isUndecided, waitsToBeKept } from '#/domain/jobs/undecided';
import { nextWindow } from '#/domain/maintenance/window';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { holdsOfJob } from '../safety/holds-of';
import { readSettings } from '../settings/read-settings';
import { findJob, findNewestJob, type JobRecord } from './find-job';
import { waitingFor } from './move-job';

export type JobProgress = {
  job: JobRecord;
  status: ContractStatus;
  currentOperation: string;
  bytesDownloaded: number;
  etaSeconds: number | null;
  elapsedSeconds: number;
  holds: Hold[];
  waitingFor: string | null;
  nextWindowAt: Date | null;
};

/** By job id, or the newest of the gateway. */
export async function readProgress(actor: Actor, of: { jobId: string } | { gatewayId: string }): Promise<JobProgress> {
  const job = 'jobId' in of ? await findJob(actor, of.jobId) : await findNewestJob(actor, of.gatewayId);
  const db = getDb();
  const now = new Date();
  const holds = await holdsOfJob(db, job, now.getTime());
  const waits = holds.length > 0 && ['waiting', 'queued'].includes(contractStatus(job));
  let nextWindowAt: Date | null = null;
  if (job.finishedAt === null && job.strategy === 'maintenance') {
    const { body } = await readSettings(db, job.gatewayId);
    const next = nextWindow(body.maintenance_window, now.getTime());
    nextWindowAt = job.scheduledFor !== null && job.scheduledFor > now ? job.scheduledFor : next && new Date(next.startMs);
  }
  return {
    job,
    status: contractStatus(job),
    currentOperation: currentOperation(job),
    bytesDownloaded: Number(job.downloadedAt === null ? job.bytesDone : job.bytesTotal),
    etaSeconds: etaSeconds(job),
    elapsedSeconds: elapsedSeconds(job, now),
    holds,
    waitingFor: waits ? waitingFor(holds) : null,
    nextWindowAt,
  };
}

type Standing = { state: string; intent: string; waitingFor: string | null };

/** A downloaded job whose install is ordered no longer rests: to who waits for "downloaded" that would look like a step back. */
export function contractStatus(job: Standing): ContractStatus {
  if (isUndecided(job) || waitsToBeKept(job)) return 'waiting';
  return isBetween(job) ? 'installing' : CONTRACT_STATUS[job.state as JobState];
}

export function currentOperation(job: Standing & { operation: string }): string {
  if (waitsToBeKept(job)) return 'waiting_to_be_kept';
  // Once somebody has ordered the way back it waits for the interlocks.
  if (isUndecided(job)) return job.waitingFor === 'approval' ? 'waiting_for_decision' : 'waiting_to_roll_back';
  return isBetween(job) ? 'preparing_install' : operationWord(job.state as JobState, operationOf(job.operation));
}

/** Per cent of the present phase: between the download and the check nothing of the install is done yet. */
export function phasePercent(job: Omit<Standing, 'waitingFor'> & { percent: number }): number {
  return isBetween(job) ? 0 : job.percent;
}

function isBetween(job: Omit<Standing, 'waitingFor'>): boolean {
  return job.state === 'downloaded' && !isResting(job);
}

type Moving = Omit<Standing, 'waitingFor'> & { bytesDone: bigint; bytesTotal: bigint; speedBytesPerSecond: number };
const MOVING: ReadonlySet<string> = new Set(['downloading', 'verifying', 'writing', 'capturing']);

/** Seconds to the end of the present phase; 0 when it has ended well, null when nothing moves or nobody knows. */
export function etaSeconds(job: Moving): number | null {
  if (job.state === 'confirmed' || isResting(job)) return 0;
  if (!MOVING.has(job.state) || job.speedBytesPerSecond <= 0) return null;
  return Math.ceil(Math.max(0, Number(job.bytesTotal - job.bytesDone)) / job.speedBytesPerSecond);
}

type Timed = Omit<Standing, 'waitingFor'> & { createdAt: Date; startedAt: Date | null; downloadedAt: Date | null; finishedAt: Date | null };

/** From the start to the end, or to now; a download that rests has ended when its last byte came. */
export function elapsedSeconds(job: Timed, now: Date): number {
  const end =
    job.finishedAt ?? (isResting(job) ? (job.downloadedAt ?? now) : FINAL_STATES.has(job.state as JobState) ? job.createdAt : now);
  return Math.max(0, Math.round((end.getTime() - (job.startedAt ?? job.createdAt).getTime()) / 1000));
}
