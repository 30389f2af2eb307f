/** How many snapshots a gateway keeps and for how long, and how long a bundle can be fetched (contract: Recovery, Monitoring). */
const DAY_MS = 24 * 3_600_000;

export const MAX_SNAPSHOTS = 10;
export const SNAPSHOT_RETENTION_DAYS = { automatic: 10, manual: 30 } as const;
export type SnapshotType = keyof typeof SNAPSHOT_RETENTION_DAYS;
export const BUNDLE_LIFETIME_MS = DAY_MS;
/** A destructive order (O4) that has not begun by then is dead: nobody expects yesterday's reset. */
export const DESTRUCTIVE_ORDER_LIFETIME_MS = DAY_MS;
/** What a gateway may send as a bundle. */
export const MAX_BUNDLE_BYTES = 200_000_000;

/** When a snapshot that is ordered now is removed. */
export function snapshotExpiry(type: SnapshotType, nowMs: number): Date {
  return new Date(nowMs + SNAPSHOT_RETENTION_DAYS[type] * DAY_MS);
}
