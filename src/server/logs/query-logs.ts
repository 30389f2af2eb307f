/** A gateway's log for programs (contract: GET /monitor/logs): newest first, with the counts of the whole. */
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import type { LogRow } from './browse-logs';

export type QueryLogsInput = {
  gatewayId: string;
  limit: number;
  level?: string | undefined;
  source?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
};
export type LogCounts = { total: number; info: number; warning: number; error: number; debug: number };

/** The newest entries that the filter lets through; `counts.total` counts all, the levels all but the filter on level. */
export async function queryLogs(actor: Actor, input: QueryLogsInput): Promise<{ rows: LogRow[]; counts: LogCounts }> {
  const gateway = await findGateway(actor, { id: input.gatewayId }, 'log.read');
  const ofGateway = Prisma.sql`"gatewayId" = ${gateway.id}::uuid`;
  const parts = [Prisma.sql`TRUE`];
  if (input.source) parts.push(Prisma.sql`source = ${input.source}`);
  if (input.since) parts.push(Prisma.sql`at >= ${input.since}`);
  if (input.until) parts.push(Prisma.sql`at < ${input.until}`);
  const filter = Prisma.join(parts, ' AND ');
  const level = input.level ? Prisma.sql`AND level = ${input.level}` : Prisma.empty;
  const countOf = (name: string) => Prisma.sql`count(*) FILTER (WHERE ${filter} AND level = ${name})::int`;
  const [rows, counts] = await Promise.all([
    getDb().$queryRaw<LogRow[]>`
      SELECT id::text AS id, at, level, source, message, details FROM "GatewayLog" WHERE ${ofGateway} AND ${filter} ${level}
      ORDER BY at DESC, "GatewayLog".id DESC LIMIT ${input.limit}`,
    getDb().$queryRaw<LogCounts[]>`
      SELECT count(*)::int AS total, ${countOf('info')} AS info, ${countOf('warning')} AS warning, ${countOf('error')} AS error,
        ${countOf('debug')} AS debug FROM "GatewayLog" WHERE ${ofGateway}`,
  ]);
  return { rows, counts: counts[0] ?? { total: 0, info: 0, warning: 0, error: 0, debug: 0 } };
}
