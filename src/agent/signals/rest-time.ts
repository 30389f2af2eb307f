/** How long a crane has been at rest, for motion sources that only say whether it moves now. */
import type { Clock } from '../ports';

export type RestTime = {
  /** When the crane last moved, given what is seen now and, where the source counts it, how long it says it has rested. */
  lastMovementAt(moving: boolean, toldRestMs: number | null): string;
};

/** Longer without a look: the crane may have moved in between. */
const LONGEST_GAP_MS = 2_500;

/** Counts on the monotonic clock. What was before the first look counts as movement. */
export function createRestTime(clock: Pick<Clock, 'nowMs' | 'monotonicMs'>): RestTime {
  let seen: { atMs: number; restingSinceMs: number } | null = null;
  return {
    lastMovementAt(moving, toldRestMs) {
      const nowMs = clock.monotonicMs();
      const unbroken = seen !== null && nowMs - seen.atMs <= LONGEST_GAP_MS;
      const restingSinceMs = moving || seen === null || !unbroken ? nowMs : seen.restingSinceMs;
      seen = { atMs: nowMs, restingSinceMs };
      return new Date(clock.nowMs() - (toldRestMs ?? nowMs - restingSinceMs)).toISOString();
    },
  };
}
