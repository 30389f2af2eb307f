'use client';
import { operationOf } from '#/domain/jobs/operations';
import { isFinished, jobWords } from './job-words';
import { Mark } from '../kit/mark';
import { Progress } from '../kit/progress';
import { useIsStale } from '../kit/age';
import { useJobProgress, useLinkState } from '../live/live-context';

type JobRead = { id: string; state: string; percent: number; progressAt?: Date | null; stateChangedAt: Date; operation?: string };
/** Speed and bytes are null while what was read is newer than what the stream has carried. */
export type JobNow = {
  state: string;
  percent: number;
  bytesPerSecond: number | null;
  bytes: { done: number; total: number } | null;
  atMs: number;
};

/** A moving job that has said nothing for this long is shown hatched. */
const SILENT_AFTER_MS = 30_000;

/** State and per cent of a job, moved by the live stream between two reads. */
export function useJobNow(job: JobRead): JobNow {
  const live = useJobProgress(job.id);
  const readAtMs = Math.max(job.progressAt?.getTime() ?? 0, job.stateChangedAt.getTime());
  if (!live || live.atMs < readAtMs || isFinished(job.state))
    return { state: job.state, percent: job.percent, bytesPerSecond: null, bytes: null, atMs: readAtMs };
  return {
    state: live.state,
    percent: live.percent,
    bytesPerSecond: live.bytesPerSecond,
    bytes: { done: live.bytesDone, total: live.bytesTotal },
    atMs: live.atMs,
  };
}

/** State mark and progress bar of a job; hatched when the connection or the agent is silent. */
export function LiveJobProgress({ job, label }: { job: JobRead; label: string }) {
  const now = useJobNow(job);
  const link = useLinkState();
  const silent = useIsStale(new Date(now.atMs), SILENT_AFTER_MS);
  const { label: word, priority } = jobWords(now.state, job.operation === undefined ? undefined : operationOf(job.operation));
  return (
    <div className="flex min-w-0 items-center gap-3 max-sm:gap-1.5">
      <Mark priority={priority} className="w-30 shrink-0 text-xs max-sm:w-26">
        {word}
      </Mark>
      <Progress label={label} percent={now.percent} stale={silent || link.status === 'lost'} className="min-w-0 flex-1 sm:min-w-32" />
    </div>
  );
}
