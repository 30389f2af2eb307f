/** How long the answer to a check is good for. Looking costs nothing: this is advice to programs that poll. */
export const CHECK_INTERVAL_MS = 3_600_000;

/** When a program should look again. */
export function nextCheck(lastCheckAt: Date): Date {
  return new Date(lastCheckAt.getTime() + CHECK_INTERVAL_MS);
}
