/** The state of a gateway's page in the URL. Shared by page and view. */
import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const GATEWAY_TABS = ['status', 'vitals', 'jobs', 'recovery', 'timeline', 'log', 'settings'] as const;
export type GatewayTab = (typeof GATEWAY_TABS)[number];
export const RANGES = ['1h', '24h', '7d'] as const;

export const LEVELS = ['error', 'warning', 'info', 'debug'] as const;
export const SOURCES = ['ota', 'recovery', 'safety', 'system'] as const;

export const tabParser = parseAsStringLiteral(GATEWAY_TABS).withDefault('status');
export const rangeParser = parseAsStringLiteral(RANGES).withDefault('1h');
export const logParsers = {
  q: parseAsString.withDefault(''),
  level: parseAsStringLiteral(LEVELS),
  source: parseAsStringLiteral(SOURCES),
};

export const loadGatewayPageState = createLoader({ tab: tabParser, range: rangeParser, ...logParsers });
export type LogFilter = Pick<Awaited<ReturnType<typeof loadGatewayPageState>>, 'q' | 'level' | 'source'>;

/** The input of `logs.browse` for a filter. */
export function logsInput(gatewayId: string, filter: LogFilter) {
  return {
    gatewayId,
    level: filter.level ?? undefined,
    source: filter.source ?? undefined,
    text: filter.q.trim() || undefined,
    limit: 100,
  };
}

/** The input of `jobs.browse` for a gateway's jobs. */
export function gatewayJobsInput(gatewayId: string) {
  return { gatewayId, group: 'all' as const, limit: 50 };
}
