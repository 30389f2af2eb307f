/** Turns counters of a running phase into progress reports: at most four a second, never backwards within a phase. */
import type { JobState } from '#/domain/jobs/job-machine';
import type { JournalJob } from '../journal/journal-schema';
import type { Clock, Reporter } from '../ports';
import { fileOf } from './image-file';

export type PhaseProgress = { percent: number; bytesDone: number; connections?: number; errors?: number; retries?: number };

/** Weight of the newest measurement in the smoothed speed. */
const SMOOTHING = 0.3;

export class ProgressMeter {
  #phase = '';
  #percent = 0;
  #bytes = 0;
  #saidAtMs = Number.NEGATIVE_INFINITY;
  #speed = 0;
  #seq = 0;

  constructor(
    private readonly clock: Clock,
    private readonly reporter: Reporter,
    private readonly intervalMs: number,
  ) {}

  report(job: JournalJob, state: JobState, progress: PhaseProgress): void {
    const nowMs = this.clock.monotonicMs();
    const phase = `${job.order.jobId}/${job.order.attempt}/${job.reportSeq}/${state}`;
    if (phase !== this.#phase) this.#begin(phase, progress.bytesDone);
    const elapsedMs = nowMs - this.#saidAtMs;
    const percent = Math.min(100, Math.max(this.#percent, progress.percent));
    // The end of a phase is always said, but only once.
    if (elapsedMs < this.intervalMs && !(percent === 100 && this.#percent < 100)) return;
    if (elapsedMs > 0 && Number.isFinite(elapsedMs)) {
      const measured = (Math.max(0, progress.bytesDone - this.#bytes) * 1000) / elapsedMs;
      this.#speed = this.#speed === 0 ? measured : this.#speed + SMOOTHING * (measured - this.#speed);
    }
    this.#saidAtMs = nowMs;
    this.#percent = percent;
    this.#bytes = progress.bytesDone;
    // Grows over restarts as well, as long as the wall clock does; a lost report is no harm.
    this.#seq = Math.max(this.#seq + 1, Math.floor(this.clock.nowMs()));
    this.reporter.progress({
      jobId: job.order.jobId,
      attempt: job.order.attempt,
      seq: this.#seq,
      state,
      percent,
      bytesDone: progress.bytesDone,
      bytesTotal: fileOf(job.order).sizeBytes,
      speedBytesPerSecond: Math.round(this.#speed),
      connections: progress.connections ?? 0,
      errors: progress.errors ?? 0,
      retries: progress.retries ?? 0,
    });
  }

  #begin(phase: string, bytesDone: number): void {
    this.#phase = phase;
    this.#percent = 0;
    this.#bytes = bytesDone;
    this.#speed = 0;
    this.#saidAtMs = Number.NEGATIVE_INFINITY;
  }
}
