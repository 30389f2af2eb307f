/** How long an alarm may lie on the shelf: one shift, so that the next one looks at it again. */
export const SHELF_MOST_MS = 8 * 3_600_000;
export const SHELF_LEAST_MS = 60_000;
export const SHELF_REASON_LEAST = 10;

/** Null when the shelf time is fine, else what is wrong with it. */
export function faultOfShelf(nowMs: number, untilMs: number): string | null {
  if (!Number.isFinite(untilMs)) return 'This is not a time.';
  if (untilMs - nowMs > SHELF_MOST_MS) return 'An alarm is shelved for one shift (8 hours) at most.';
  if (untilMs - nowMs < SHELF_LEAST_MS) return 'An alarm is shelved for at least a minute.';
  return null;
}
