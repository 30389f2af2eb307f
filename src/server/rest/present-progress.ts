/** A job's progress in the words of GET /updates/progress. */
import type { z } from 'zod';
import type { ErrorCode } from '#/domain/errors/domain-error';
import { OTA_CODE } from '#/domain/errors/ota-codes';
import type { progressResponseSchema } from '#/protocol/rest/updates';
import { type JobProgress, phasePercent } from '../jobs/read-progress';
import { clockText, sizeText, speedText, wireTime } from './wire-text';

type Progress = z.input<typeof progressResponseSchema>;

export function presentProgress(of: JobProgress): Progress {
  const { job, holds } = of;
  const error = jobError(job);
  const blockedBy = [...new Set(holds.flatMap((hold) => (hold.constraint === undefined ? [] : [hold.constraint])))];
  return {
    status: of.status,
    job_id: job.id,
    progress: {
      percentage: shownPercent(phasePercent(job)),
      current_operation: of.currentOperation,
      speed: speedText(job.speedBytesPerSecond),
      speed_bytes_per_second: Math.round(job.speedBytesPerSecond),
      downloaded: sizeText(of.bytesDownloaded),
      total: sizeText(Number(job.bytesTotal)),
      eta: of.etaSeconds === null ? null : clockText(of.etaSeconds),
      eta_seconds: of.etaSeconds,
      elapsed: clockText(of.elapsedSeconds),
      elapsed_seconds: of.elapsedSeconds,
    },
    update: {
      version: job.toVersion,
      type: (job.release?.type ?? null) as Progress['update']['type'],
      target_partition: job.targetSlot as 'A' | 'B',
    },
    status_details: {
      bytes_downloaded: of.bytesDownloaded,
      bytes_total: Number(job.bytesTotal),
      connections: job.connections,
      errors: job.errors,
      retries: job.retries,
      ...(blockedBy.length > 0 ? { blocked_by: blockedBy } : {}),
      ...(of.waitingFor === null ? {} : { waiting_for: of.waitingFor as NonNullable<Progress['status_details']['waiting_for']> }),
      ...(of.nextWindowAt === null ? {} : { next_window: wireTime(of.nextWindowAt) }),
      ...(holds.length > 0 ? { holds: holds.map(presentHold) } : {}),
    },
    ...(error === null ? {} : { error }),
  };
}

/** Two decimals, rounded down: 100 means that the phase is over. */
export function shownPercent(percent: number): number {
  return Math.floor(Math.min(100, Math.max(0, percent)) * 100) / 100;
}

/** The failure of a job, or null. */
export function jobError(job: { errorCode: string | null; errorMessage: string | null }) {
  if (job.errorCode === null) return null;
  const otaCode = OTA_CODE[job.errorCode as ErrorCode];
  return { code: job.errorCode, ...(otaCode === undefined ? {} : { error_code: otaCode }), message: job.errorMessage ?? job.errorCode };
}

function presentHold(hold: JobProgress['holds'][number]) {
  return {
    kind: hold.kind,
    ...(hold.constraint === undefined ? {} : { constraint: hold.constraint }),
    ...(hold.value === undefined ? {} : { value: hold.value }),
    ...(hold.limit === undefined ? {} : { limit: hold.limit }),
    message: hold.message,
    clears_when: hold.clearsWhen,
    ...(hold.clearsAt === undefined ? {} : { clears_at: hold.clearsAt }),
  };
}
