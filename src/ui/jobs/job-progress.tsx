'use client';
import { formatBytes, formatDuration } from '../clock/format';
import { Age, useIsStale } from '../kit/age';
import { Progress } from '../kit/progress';
import { useLinkState } from '../live/live-context';
import { jobWords } from './job-words';
import type { Job } from './job-page';
import { useJobNow } from './live-progress';
import { etaMs } from './phases';

/** A moving job that has said nothing for this long is shown hatched. */
const SILENT_AFTER_MS = 30_000;
const WITH_BYTES: ReadonlySet<string> = new Set(['downloading', 'verifying', 'writing']);

/** The bar of the present phase with bytes, speed and time left, moved by the live stream; hatched when nothing is heard. */
export function JobProgress({ job }: { job: Job }) {
  const now = useJobNow(job);
  const link = useLinkState();
  const phase = job.heldState ?? now.state;
  const held = job.heldState !== null;
  const saidAt = new Date(now.atMs);
  const silent = useIsStale(saidAt, SILENT_AFTER_MS);
  if (job.finished || !WITH_BYTES.has(phase)) return null;
  const bytes = now.bytes ?? { done: job.bytesDone, total: job.bytesTotal };
  const speed = held ? 0 : (now.bytesPerSecond ?? job.bytesPerSecond);
  const leftMs = etaMs(bytes.done, bytes.total, speed);
  const stale = (silent && !held) || link.status === 'lost';
  return (
    <div className="mt-3 border-t border-line pt-3">
      <Progress label={`${jobWords(phase, job.operation).label} ${job.id}`} percent={now.percent} stale={stale} />
      <dl className="tabular grid grid-cols-2 gap-x-4 gap-y-1 pt-2 text-sm sm:grid-cols-3 lg:grid-cols-6">
        <Figure label="Done" value={`${formatBytes(bytes.done)} of ${formatBytes(bytes.total)}`} />
        <Figure label="Speed" value={held ? 'standing still' : speed > 0 ? `${formatBytes(speed)}/s` : '–'} />
        <Figure label="Time left" value={leftMs === null ? '–' : formatDuration(leftMs)} />
        <Figure label="Connections" value={job.connections} />
        <Figure label="Errors, retries" value={`${job.errors}, ${job.retries}`} />
        <Figure label="Heard" value={<Age at={saidAt} staleAfterMs={held ? undefined : SILENT_AFTER_MS} suffix="ago" />} />
      </dl>
    </div>
  );
}

function Figure({ label, value }: { label: string; value: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="whitespace-nowrap">{value}</dd>
    </div>
  );
}
