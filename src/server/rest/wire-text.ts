/** Numbers as the REST contract writes them for people. Sizes are decimal. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
export type SizeUnit = (typeof UNITS)[number];

/** A size in the largest unit in which it is at least 1, with at most one decimal. */
export function scaledSize(bytes: number): { size: number; size_unit: SizeUnit; size_bytes: number } {
  let power = 0;
  let size = bytes;
  // 999.96 kB would be shown as 1000 kB: rounded first, then compared.
  while (power < UNITS.length - 1 && Math.round(size * 10) / 10 >= 1000) {
    size /= 1000;
    power += 1;
  }
  return { size: Math.round(size * 10) / 10, size_unit: UNITS[power] as SizeUnit, size_bytes: bytes };
}

/** "452 MB". */
export function sizeText(bytes: number): string {
  const { size, size_unit } = scaledSize(bytes);
  return `${size} ${size_unit}`;
}

/** "5.2 MB/s". */
export function speedText(bytesPerSecond: number): string {
  return `${sizeText(Math.round(bytesPerSecond))}/s`;
}

/** "MM:SS", from an hour on "HH:MM:SS". */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return parts
    .slice(whole >= 3600 ? 0 : 1)
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** "19d 3h 12m". */
export function uptimeText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return [days > 0 ? `${days}d` : null, days > 0 || hours > 0 ? `${hours}h` : null, `${minutes}m`]
    .filter((part) => part !== null)
    .join(' ');
}

/** RFC 3339 in UTC, to the second: "2026-03-15T10:30:45Z". */
export function wireTime(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** The same for what may be missing. */
export function wireTimeOrNull(date: Date | null): string | null {
  return date === null ? null : wireTime(date);
}
