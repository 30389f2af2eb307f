/** One page of the gateway list: filtered, sorted and continued by key, never by offset. */
import { z } from 'zod';
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';
import { GATEWAY_FROM, gatewayFilterSchema, gatewayWhere } from './gateway-filter';

export const GATEWAY_SORTS = ['name', 'site', 'status', 'version', 'hardware', 'network', 'lastSeen'] as const;
export type GatewaySort = (typeof GATEWAY_SORTS)[number];

const cursorSchema = z.object({ key: z.string().max(200), name: z.string().max(200) });

export const browseGatewaysSchema = z.object({
  filter: gatewayFilterSchema.default({}),
  sort: z.object({ by: z.enum(GATEWAY_SORTS), desc: z.boolean() }).default({ by: 'name', desc: false }),
  limit: z.number().int().min(1).max(500).default(150),
  cursor: cursorSchema.nullish(),
});
export type BrowseGatewaysInput = z.infer<typeof browseGatewaysSchema>;

export type GatewayRow = {
  id: string;
  name: string;
  siteCode: string;
  siteName: string;
  timezone: string;
  block: string | null;
  crane: string;
  kind: string;
  model: string;
  serialNumber: string;
  hardwareRevision: string;
  status: string;
  activeVersion: string | null;
  activeSlot: string | null;
  networkStatus: string;
  safetyBlocked: boolean;
  lastSeenAt: Date | null;
  jobId: string | null;
  jobState: string | null;
  jobWaitingFor: string | null;
  jobPercent: number | null;
  jobToVersion: string | null;
};

/** Sort keys that are never null, so that one row comparison continues a page. */
const SORT_KEY: Record<GatewaySort, Prisma.Sql> = {
  name: Prisma.sql`g.name`,
  site: Prisma.sql`s.code`,
  status: Prisma.sql`g.status`,
  version: Prisma.sql`COALESCE(g."activeVersion", '')`,
  hardware: Prisma.sql`g."hardwareRevision"`,
  network: Prisma.sql`g."networkStatus"`,
  lastSeen: Prisma.sql`COALESCE(g."lastSeenAt", 'epoch'::timestamptz)`,
};

/** A page of gateways that the actor may see; `nextCursor` is null at the end. `total` counts the whole filter. */
export async function browseGateways(
  actor: Actor,
  input: BrowseGatewaysInput,
): Promise<{ rows: GatewayRow[]; total: number | null; nextCursor: { key: string; name: string } | null }> {
  const db = getDb();
  const where = gatewayWhere(actor, input.filter);
  const key = SORT_KEY[input.sort.by];
  const direction = input.sort.desc ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = input.sort.desc ? Prisma.sql`<` : Prisma.sql`>`;
  // The cursor's key is text; instants are compared as instants, and made text for the rows of the page only.
  const instants = input.sort.by === 'lastSeen';
  const from = instants ? Prisma.sql`${input.cursor?.key}::timestamptz` : Prisma.sql`${input.cursor?.key}`;
  const after = input.cursor ? Prisma.sql`AND (${key}, g.name) ${beyond} (${from}, ${input.cursor.name})` : Prisma.empty;
  const keyText = instants ? Prisma.sql`to_char(p."sortKey" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` : Prisma.sql`p."sortKey"`;
  // The page is cut before the join to jobs, so that only the rows of the page are looked up there.
  const rowsQuery = db.$queryRaw<(GatewayRow & { sortKey: unknown; keyText: string })[]>`
    SELECT p.*, ${keyText} AS "keyText", j.id AS "jobId", j.state AS "jobState", j."waitingFor" AS "jobWaitingFor", j.percent AS "jobPercent", j."toVersion" AS "jobToVersion"
    FROM (
      SELECT g.id, g.name, s.code AS "siteCode", s.name AS "siteName", s.timezone, b.name AS block, c.name AS crane, c.kind,
        g.model, g."serialNumber", g."hardwareRevision", g.status, g."activeVersion", g."activeSlot", g."networkStatus",
        g."safetyBlocked", g."lastSeenAt", ${key} AS "sortKey"
      FROM ${GATEWAY_FROM} WHERE ${where} ${after}
      ORDER BY ${key} ${direction}, g.name ${direction} LIMIT ${input.limit + 1}
    ) p
    LEFT JOIN LATERAL (
      SELECT id, state, "waitingFor", percent, "toVersion" FROM "Job"
      WHERE "gatewayId" = p.id AND "finishedAt" IS NULL ORDER BY "createdAt" DESC LIMIT 1
    ) j ON TRUE
    ORDER BY p."sortKey" ${direction}, p.name ${direction}`;
  // Only the first page counts: scrolling on does not change how many there are.
  const countQuery = input.cursor ? null : db.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM ${GATEWAY_FROM} WHERE ${where}`;
  // To look for a text is to read all rows, once for the page and once more to count; a page that is not full has counted.
  const [found, counted] = input.filter.text
    ? await oneByOne(rowsQuery, countQuery, input.limit)
    : await Promise.all([rowsQuery, countQuery]);
  const page = found.slice(0, input.limit);
  const last = page.at(-1);
  return {
    rows: page.map(({ sortKey: _sortKey, keyText: _keyText, ...row }) => row),
    total: counted?.[0]?.n ?? null,
    nextCursor: found.length > input.limit && last ? { key: last.keyText, name: last.name } : null,
  };
}

async function oneByOne<R>(
  rowsQuery: PromiseLike<R[]>,
  countQuery: PromiseLike<{ n: number }[]> | null,
  limit: number,
): Promise<[R[], { n: number }[] | null]> {
  const found = await rowsQuery;
  // Prisma begins a query when it is awaited.
  return [found, countQuery === null ? null : found.length <= limit ? [{ n: found.length }] : await countQuery];
}
