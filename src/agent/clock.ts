/** The clock of a real host. */
import type { Clock } from './ports';

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  // Since the machine started, not since the process did: a grant's end outlives a restart of the agent.
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  wait(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(false);
      const end = (whole: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        resolve(whole);
      };
      const stop = () => end(false);
      const timer = setTimeout(() => end(true), ms);
      signal?.addEventListener('abort', stop, { once: true });
    });
  },
};
