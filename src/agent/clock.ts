/** The clock of a real host. */
import type { Clock } from './ports';

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
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
