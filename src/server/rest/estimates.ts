/** Times for a gateway whose site has never done this before: the reference page's own figures. */

/** "Average: 10–50 MB/s". */
const NOMINAL_BYTES_PER_SECOND = 10_000_000;
/** "Small updates: 2–5 minutes". */
export const NOMINAL_INSTALL_SECONDS = 300;

/** Seconds; a speed limit (0: none) counts when it is lower. */
export function nominalDownloadSeconds(bytes: number, limitBytesPerSecond: number): number {
  const speed = limitBytesPerSecond > 0 ? Math.min(limitBytesPerSecond, NOMINAL_BYTES_PER_SECOND) : NOMINAL_BYTES_PER_SECOND;
  return Math.max(1, Math.ceil(bytes / speed));
}
