/** Newest progress per job as the live stream delivers it; lives outside React so that a bar moves without its page. */
import type { LiveJobProgress } from '#/server/trpc/live-events';

export type ProgressStore = {
  put: (jobs: readonly LiveJobProgress[]) => void;
  get: (jobId: string) => LiveJobProgress | undefined;
  subscribe: (jobId: string, listener: () => void) => () => void;
};

/** Jobs kept at most; the oldest fall out (a finished job is read from the server anyway). */
const CAPACITY = 2_000;

/** An empty store. */
export function createProgressStore(): ProgressStore {
  const newest = new Map<string, LiveJobProgress>();
  const listeners = new Map<string, Set<() => void>>();
  return {
    put: (jobs) => {
      for (const job of jobs) {
        const before = newest.get(job.jobId);
        if (before && before.progressSeq >= job.progressSeq) continue;
        newest.delete(job.jobId);
        newest.set(job.jobId, job);
        for (const listener of listeners.get(job.jobId) ?? []) listener();
      }
      for (const jobId of newest.keys()) {
        if (newest.size <= CAPACITY) break;
        newest.delete(jobId);
      }
    },
    get: (jobId) => newest.get(jobId),
    subscribe: (jobId, listener) => {
      const set = listeners.get(jobId) ?? new Set();
      listeners.set(jobId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(jobId);
      };
    },
  };
}
