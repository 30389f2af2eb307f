/** The safety board of the fleet: what blocks which gateway, how hard and since when. Rows are kept by the ingest (SafetyBlock). */
import { z } from 'zod';
import { permittedSites } from '#/domain/access/grants';
import { CONSTRAINTS, type Constraint } from '#/domain/safety/signals';
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';

export const BOARD_REASONS = [...CONSTRAINTS, 'offline'] as const;
export type BoardReason = (typeof BOARD_REASONS)[number];

export const browseBoardSchema = z.object({
  siteCode: z.string().max(16).optional(),
  /** One constraint, or 'offline'. None: everything that blocks. */
  reason: z.enum(BOARD_REASONS).optional(),
  level: z.enum(['soft', 'hard']).optional(),
  limit: z.number().int().min(1).max(300).default(100),
  cursor: z.string().max(200).nullish(),
});
export type BrowseBoardInput = z.infer<typeof browseBoardSchema>;

export type BoardBlock = { constraint: Constraint; level: 'soft' | 'hard'; stale: boolean; reason: string; since: Date };
export type BoardRow = {
  gatewayId: string;
  name: string;
  siteCode: string;
  block: string | null;
  crane: string;
  kind: string;
  connected: boolean;
  /** Since when it is offline. */
  offlineSince: Date | null;
  /** Empty while it is offline: old values say nothing about now. */
  blocks: BoardBlock[];
  /** The override of this gateway that is in force. */
  overrideId: string | null;
  jobId: string | null;
};
export type BoardCount = { siteCode: string; reason: BoardReason; soft: number; hard: number };
export type BoardPage = { rows: BoardRow[]; nextCursor: string | null; counts: BoardCount[] | null; gateways: number | null; readAt: Date };

/** One page in the order of names; counts come with the first page and ignore the reason. */
export async function browseBoard(actor: Actor, input: BrowseBoardInput): Promise<BoardPage> {
  const scope = scopeOf(actor, input.siteCode);
  const after = input.cursor ? Prisma.sql`AND g.name > ${input.cursor}` : Prisma.empty;
  const level = input.level ? Prisma.sql`AND b.level = ${input.level}` : Prisma.empty;
  const blocked = (what: Prisma.Sql) => Prisma.sql`EXISTS (SELECT 1 FROM "SafetyBlock" b WHERE b."gatewayId" = g.id ${what} ${level})`;
  const reason =
    input.reason === 'offline'
      ? Prisma.sql`NOT g.connected`
      : input.reason
        ? blocked(Prisma.sql`AND b."constraint" = ${input.reason}`)
        : input.level
          ? blocked(Prisma.empty)
          : Prisma.sql`(NOT g.connected OR ${blocked(Prisma.empty)})`;
  const rowsQuery = getDb().$queryRaw<BoardRow[]>`
    SELECT p.*, COALESCE(k.blocks, '[]'::jsonb) AS blocks, o."requestId" AS "overrideId", j.id AS "jobId"
    FROM (
      SELECT g.id AS "gatewayId", g.name, s.code AS "siteCode", bl.name AS block, c.name AS crane, c.kind, g.connected,
        CASE WHEN g.connected THEN NULL ELSE g."disconnectedAt" END AS "offlineSince"
      FROM "Gateway" g JOIN "Site" s ON s.id = g."siteId" JOIN "Crane" c ON c.id = g."craneId" LEFT JOIN "Block" bl ON bl.id = c."blockId"
      WHERE ${scope} AND ${reason} ${after}
      ORDER BY g.name LIMIT ${input.limit + 1}
    ) p
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('constraint', b."constraint", 'level', b.level, 'stale', b.stale, 'reason', b.reason,
        'since', to_char(b.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY b.level, b.since) AS blocks
      FROM "SafetyBlock" b WHERE b."gatewayId" = p."gatewayId"
    ) k ON TRUE
    LEFT JOIN LATERAL (
      SELECT "requestId" FROM "OverrideGrant" WHERE "gatewayId" = p."gatewayId" AND "endedAt" IS NULL LIMIT 1
    ) o ON TRUE
    LEFT JOIN LATERAL (
      SELECT id FROM "Job" WHERE "gatewayId" = p."gatewayId" AND "finishedAt" IS NULL ORDER BY "createdAt" DESC LIMIT 1
    ) j ON TRUE
    ORDER BY p.name`;
  const [found, counted] = await Promise.all([rowsQuery, input.cursor ? null : countBoard(actor, input.siteCode)]);
  const page = found.slice(0, input.limit);
  return {
    rows: page.map((row) => ({
      ...row,
      blocks: (row.blocks as unknown as (Omit<BoardBlock, 'since'> & { since: string })[]).map((one) => ({
        ...one,
        since: new Date(one.since),
      })),
    })),
    nextCursor: found.length > input.limit ? (page.at(-1)?.name ?? null) : null,
    counts: counted?.counts ?? null,
    gateways: counted?.gateways ?? null,
    readAt: new Date(),
  };
}

/** By the site ids that the rows carry: the sites themselves are joined last. An offline gateway has no blocks (presence.ts). */
async function countBoard(actor: Actor, siteCode: string | undefined): Promise<{ counts: BoardCount[]; gateways: number }> {
  const db = getDb();
  const sites = permittedSites(actor.grants, 'safety.read');
  const mine = sites === 'all' ? Prisma.sql`TRUE` : Prisma.sql`"siteId" = ANY(${sites}::uuid[])`;
  const site = siteCode ? Prisma.sql`AND "siteId" IN (SELECT id FROM "Site" WHERE code = ${siteCode})` : Prisma.empty;
  const own = (column: Prisma.Sql) => (actor.gatewayId === null ? Prisma.empty : Prisma.sql`AND ${column} = ${actor.gatewayId}::uuid`);
  const [blocks, offline] = await Promise.all([
    db.$queryRaw<BoardCount[]>`
      SELECT s.code AS "siteCode", n.reason, n.soft, n.hard FROM (
        SELECT "siteId", "constraint" AS reason, count(*) FILTER (WHERE level = 'soft')::int AS soft, count(*) FILTER (WHERE level = 'hard')::int AS hard
        FROM "SafetyBlock" WHERE ${mine} ${site} ${own(Prisma.sql`"gatewayId"`)} GROUP BY 1, 2
      ) n JOIN "Site" s ON s.id = n."siteId" ORDER BY 1, 2`,
    db.$queryRaw<{ siteCode: string; offline: number; n: number }[]>`
      SELECT s.code AS "siteCode", n.offline, n.n FROM (
        SELECT "siteId", count(*) FILTER (WHERE NOT connected)::int AS offline, count(*)::int AS n
        FROM "Gateway" WHERE ${mine} ${site} ${own(Prisma.sql`id`)} GROUP BY 1
      ) n JOIN "Site" s ON s.id = n."siteId" ORDER BY 1`,
  ]);
  const away = offline
    .filter((one) => one.offline > 0)
    .map((one): BoardCount => ({ siteCode: one.siteCode, reason: 'offline', soft: 0, hard: one.offline }));
  return { counts: [...blocks, ...away], gateways: offline.reduce((sum, one) => sum + one.n, 0) };
}

/** WHERE of aliases g (Gateway) and s (Site). */
function scopeOf(actor: Actor, siteCode: string | undefined): Prisma.Sql {
  const parts: Prisma.Sql[] = [Prisma.sql`TRUE`];
  const sites = permittedSites(actor.grants, 'safety.read');
  if (sites !== 'all') parts.push(Prisma.sql`g."siteId" = ANY(${sites}::uuid[])`);
  if (actor.gatewayId !== null) parts.push(Prisma.sql`g.id = ${actor.gatewayId}::uuid`);
  if (siteCode) parts.push(Prisma.sql`s.code = ${siteCode}`);
  return Prisma.join(parts, ' AND ');
}
