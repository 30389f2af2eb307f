/** A speed limit as a token bucket with room for a quarter of a second. */
import type { Clock } from '../ports';

export type Pace = (bytes: number, signal: AbortSignal) => Promise<void>;

/** Resolves when that many more bytes may be taken. bytesPerSecond 0 = no limit. */
export function createPace(bytesPerSecond: number, clock: Clock): Pace {
  if (bytesPerSecond <= 0) return async () => {};
  const roomBytes = bytesPerSecond / 4;
  let tokens = roomBytes;
  let filledAtMs = clock.monotonicMs();
  return async (bytes, signal) => {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(roomBytes, tokens + ((nowMs - filledAtMs) * bytesPerSecond) / 1000) - bytes;
    filledAtMs = nowMs;
    // A piece larger than the bucket leaves a debt that is slept off before the next one.
    if (tokens < 0) await clock.wait((-tokens * 1000) / bytesPerSecond, signal);
  };
}
