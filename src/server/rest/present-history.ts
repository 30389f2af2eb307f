/** A past update in the words of GET /history/updates. */
import type { z } from 'zod';
import type { historyResponseSchema } from '#/protocol/rest/history';
import { spokenDuration } from '../jobs/human-text';
import { elapsedSeconds } from '../jobs/read-progress';
import type { HistoryStatistics, updateHistory } from '../jobs/update-history';
import { jobError } from './present-progress';
import { sizeText, wireTime, wireTimeOrNull } from './wire-text';

type PastJob = Awaited<ReturnType<typeof updateHistory>>['entries'][number];
type History = z.input<typeof historyResponseSchema>;
type Entry = History['history'][number];

const STATUS: Record<string, Entry['status']> = { confirmed: 'success', cancelled: 'cancelled' };
const FAILED_VERIFICATION = new Set(['CHECKSUM_MISMATCH', 'SIGNATURE_INVALID']);

/** What to do about a failure, by its code. */
const RESOLUTION: Record<string, string> = {
  CHECKSUM_MISMATCH: 'Download the update again; if it fails again, check the storage of the gateway',
  SIGNATURE_INVALID: 'Publish the release again with a valid signature',
  INSUFFICIENT_DISK_SPACE: 'Free space on the gateway, then start again',
  NETWORK_UNAVAILABLE: 'Check the network connection of the gateway, then start again',
  INVALID_UPDATE_FILE: 'The gateway runs the version before; check the release before you try again',
};

export function presentEntry(job: PastJob): Entry {
  const seconds = elapsedSeconds(job, job.finishedAt);
  const bytes = Number(job.bytesTotal);
  const ended = wireTime(job.finishedAt);
  const error = jobError(job);
  return {
    id: job.installationId ?? job.id,
    job_id: job.id,
    version: job.toVersion,
    from_version: job.fromVersion,
    type: (job.release?.type ?? null) as Entry['type'],
    status: STATUS[job.state] ?? 'failed',
    date: ended.slice(0, 10),
    time: ended.slice(11, 19),
    finished_at: ended,
    duration: spokenDuration(seconds * 1000),
    duration_seconds: seconds,
    partition: job.targetSlot as 'A' | 'B',
    size: sizeText(bytes),
    size_bytes: bytes,
    initiated_by: job.initiatedBy,
    rollback: job.state === 'rolled_back',
    details: {
      changelog: job.release?.changelog ?? [],
      safety_check: safetyCheck(job),
      verification: verification(job),
      ...(job.overrideId === null ? {} : { override_id: job.overrideId }),
    },
    ...(error === null ? {} : { error: error.message, error_details: errorDetails(job, error.code) }),
    ...(error?.error_code === undefined ? {} : { error_code: error.error_code }),
  };
}

/** The interlocks are judged before the write and the reboot; who got to the reboot has passed them. */
function safetyCheck({ reached }: PastJob): Entry['details']['safety_check'] {
  if (!reached.has('boot_pending')) return 'not_reached';
  return reached.has('waiting') ? 'waited' : 'passed';
}

function verification({ errorCode, reached }: PastJob): Entry['details']['verification'] {
  if (errorCode !== null && FAILED_VERIFICATION.has(errorCode)) return 'failed';
  return reached.has('writing') ? 'passed' : 'not_reached';
}

function errorDetails(job: PastJob, code: string): NonNullable<Entry['error_details']> {
  const said = (job.errorDetails ?? {}) as Record<string, unknown>;
  const text = (...values: unknown[]) => values.find((value): value is string => typeof value === 'string') ?? null;
  const isHash = code === 'CHECKSUM_MISMATCH';
  return {
    expected: text(said.expected, said.expectedVersion, isHash ? job.artifactSha256 : job.toVersion),
    actual: text(said.actual, said.bootedVersion, said.version),
    resolution: RESOLUTION[code] ?? 'Look at the timeline of the job, then start again',
  };
}

export function presentStatistics(of: HistoryStatistics): History['statistics'] {
  const total = of.succeeded + of.failed;
  const average = of.averageSeconds === null ? null : Math.round(of.averageSeconds);
  return {
    total_updates: total,
    success_rate: total === 0 ? null : `${Math.round((of.succeeded * 100) / total)}%`,
    average_duration: average === null ? null : spokenDuration(average * 1000),
    average_duration_seconds: average,
    last_success: wireTimeOrNull(of.lastSuccess),
    last_failure: wireTimeOrNull(of.lastFailure),
  };
}
