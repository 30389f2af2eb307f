/** The state of the gateway list in the URL: whoever has the link sees the same rows. Shared by page and view. */
import { createLoader, parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { CRANE_KINDS } from '#/domain/sites/crane-kinds';

export const STATUSES = ['online', 'offline', 'updating', 'maintenance', 'error'] as const;
export const NETWORKS = ['connected', 'degraded', 'disconnected'] as const;
export const SORTS = ['name', 'site', 'status', 'version', 'hardware', 'network', 'lastSeen'] as const;

export const listParsers = {
  q: parseAsString.withDefault(''),
  site: parseAsString,
  status: parseAsArrayOf(parseAsStringLiteral(STATUSES)).withDefault([]),
  version: parseAsString,
  hw: parseAsString,
  kind: parseAsStringLiteral(CRANE_KINDS),
  net: parseAsStringLiteral(NETWORKS),
  blocked: parseAsBoolean,
  sort: parseAsStringLiteral(SORTS).withDefault('name'),
  desc: parseAsBoolean.withDefault(false),
};

export const loadListState = createLoader(listParsers);
export type ListState = Awaited<ReturnType<typeof loadListState>>;

/** Rows per read. */
export const PAGE_ROWS = 150;

/** The input of `gateways.browse` for a state; the same on server and browser, so the first rows are there at once. */
export function browseInput(state: ListState) {
  return {
    filter: {
      text: state.q.trim() || undefined,
      siteCode: state.site ?? undefined,
      status: state.status.length > 0 ? state.status : undefined,
      version: state.version ?? undefined,
      hardware: state.hw ?? undefined,
      kind: state.kind ?? undefined,
      network: state.net ?? undefined,
      safetyBlocked: state.blocked ?? undefined,
    },
    sort: { by: state.sort, desc: state.desc },
    limit: PAGE_ROWS,
  };
}

/** How many filters narrow the list. */
export function activeFilters(state: ListState): number {
  return [state.q, state.site, state.status.length > 0, state.version, state.hw, state.kind, state.net, state.blocked !== null].filter(
    Boolean,
  ).length;
}
