/** When a delivery is tried again: often at first, for about half a working day in all. */
export const MOST_ATTEMPTS = 16;
const FIRST_MS = 5000;
const MOST_MS = 3_600_000;

/** Doubles from 5 s to an hour; `chance` (0–1) spreads those that failed together over the second half. Null: given up. */
export function nextAttemptIn(attempts: number, chance: number): number | null {
  if (attempts >= MOST_ATTEMPTS) return null;
  const wholeMs = Math.min(MOST_MS, FIRST_MS * 2 ** (attempts - 1));
  return Math.round(wholeMs / 2 + (wholeMs / 2) * chance);
}
