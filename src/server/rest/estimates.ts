/** Times of what is about to begin; where the site has never done it before, by the reference page's own figures. */

/** "Average: 10–50 MB/s". */
const NOMINAL_BYTES_PER_SECOND = 10_000_000;
/** "Small updates: 2–5 minutes". */
export const NOMINAL_INSTALL_SECONDS = 300;

/** Seconds, by what it took before (null: it never was); it is not faster than a speed limit (0: none) lets it be. */
export function downloadSeconds(bytes: number, { past, limit }: { past: number | null; limit: number }): number {
  const least = limit > 0 ? Math.ceil(bytes / limit) : 1;
  return Math.max(1, least, past ?? Math.ceil(bytes / NOMINAL_BYTES_PER_SECOND));
}
