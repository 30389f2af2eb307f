/** First-out grouping: a dead link to a site is one alarm that names who went first, not eighty. Pure. */

/** Those who go within this time of each other went for one reason (last wills and silence are told at different paces). */
export const BURST_MS = 120_000;
/** Fewer than this are no site. */
const LEAST_MEMBERS = 3;

export type OfflineGateway = { gatewayId: string; name: string; sinceMs: number };
export type OfflineGrouping = {
  /** The site's own alarm; null: there is none. Members in the order in which they went, the first named. */
  site: { first: OfflineGateway; members: OfflineGateway[] } | null;
  /** Alarms of their own. */
  single: OfflineGateway[];
};

/**
 * `total`: gateways of the site that ought to be online. `standing`: when the first of a group that stands already went, or null.
 * A group begins when most of the site went within one burst, and stands until only a quarter of the site is away.
 */
export function groupOffline(total: number, offline: readonly OfflineGateway[], standing: number | null): OfflineGrouping {
  const ordered = [...offline].sort((a, b) => a.sinceMs - b.sinceMs || (a.gatewayId < b.gatewayId ? -1 : 1));
  const startMs = standing === null ? burstStart(total, ordered) : standing;
  const members = startMs === null ? [] : ordered.filter(({ sinceMs }) => sinceMs >= startMs);
  const least = standing === null ? 1 : Math.max(2, Math.ceil(total / 4));
  const [first] = members;
  if (startMs === null || !first || members.length < least) return { site: null, single: ordered };
  return { site: { first, members }, single: ordered.filter(({ sinceMs }) => sinceMs < startMs) };
}

/** When the first of a burst of most gateways went, or null. */
function burstStart(total: number, ordered: readonly OfflineGateway[]): number | null {
  const needed = Math.max(LEAST_MEMBERS, Math.floor(total / 2) + 1);
  for (const [index, { sinceMs }] of ordered.entries()) {
    const last = ordered[index + needed - 1];
    if (last === undefined) return null;
    if (last.sinceMs - sinceMs <= BURST_MS) return sinceMs;
  }
  return null;
}
