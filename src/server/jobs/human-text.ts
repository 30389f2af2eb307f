/** Sizes and durations as the seed's messages write them, and instants for sentences. */

/** "452MB": decimal, whole. */
export function compactSize(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)}GB`;
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)}MB`;
  return `${Math.round(bytes / 1e3)}kB`;
}

/** "2026-03-15 10:30Z". */
export function shortInstant(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

/** "5m 30s", "1h 2m 3s", "42s". */
export function spokenDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const first = parts.findIndex((part) => part > 0);
  return parts
    .map((part, index) => `${part}${'hms'[index]}`)
    .slice(first === -1 ? 2 : first)
    .join(' ');
}
