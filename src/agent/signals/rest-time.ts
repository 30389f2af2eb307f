/** How long a crane has been at rest: counted for sources that only say whether it moves now, and kept against the wall clock's steps. */
import type { Clock } from '../ports';
import type { SignalValue } from './signal-source';

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

/**
 * The motion with the last movement that is known of: what was seen here counts whatever the source says of it, and what the
 * source has told once is counted on from there on the monotonic clock. A step of the wall clock is no rest.
 */
export function createSeenMotion(clock: Pick<Clock, 'nowMs' | 'monotonicMs'>) {
  let movedAtMs: number | null = null;
  let told: string | null = null;
  return (value: SignalValue<'crane_motion'>): SignalValue<'crane_motion'> => {
    const nowMs = clock.monotonicMs();
    if (value.moving) movedAtMs = nowMs;
    else if (value.lastMovementAt !== null && value.lastMovementAt !== told) {
      const restMs = Math.max(0, clock.nowMs() - Date.parse(value.lastMovementAt));
      movedAtMs = Math.max(movedAtMs ?? Number.NEGATIVE_INFINITY, nowMs - restMs);
    }
    told = value.lastMovementAt;
    return movedAtMs === null ? value : { ...value, lastMovementAt: new Date(clock.nowMs() - (nowMs - movedAtMs)).toISOString() };
  };
}
