/** One page of a gateway's log for the screen: newest first, continued by key. */
import { z } from 'zod';
import type { Actor } from '../access/actor';
import { getDb, Prisma } from '../db/client';
import { findGateway } from '../gateways/find-gateway';

export const LOG_LEVELS = ['error', 'warning', 'info', 'debug'] as const;
export const LOG_SOURCES = ['ota', 'recovery', 'safety', 'system'] as const;

export const browseLogsSchema = z.object({
  gatewayId: z.uuid(),
  level: z.enum(LOG_LEVELS).optional(),
  source: z.enum(LOG_SOURCES).optional(),
  /** Part of the message. */
  text: z.string().trim().max(100).optional(),
  limit: z.number().int().min(1).max(500).default(100),
  cursor: z.object({ at: z.date(), id: z.string().regex(/^\d{1,19}$/) }).nullish(),
});

export type LogRow = { id: string; at: Date; level: string; source: string; message: string; details: Record<string, unknown> };

/** A page of lines; `nextCursor` is null at the end. */
export async function browseLogs(
  actor: Actor,
  input: z.infer<typeof browseLogsSchema>,
): Promise<{ rows: LogRow[]; nextCursor: { at: Date; id: string } | null }> {
  await findGateway(actor, { id: input.gatewayId }, 'log.read');
  const parts = [Prisma.sql`"gatewayId" = ${input.gatewayId}::uuid`];
  if (input.level) parts.push(Prisma.sql`level = ${input.level}`);
  if (input.source) parts.push(Prisma.sql`source = ${input.source}`);
  if (input.text) parts.push(Prisma.sql`message ILIKE ${`%${input.text.replace(/[\\%_]/g, '\\$&')}%`}`);
  if (input.cursor) parts.push(Prisma.sql`(at, id) < (${input.cursor.at}, ${BigInt(input.cursor.id)})`);
  const rows = await getDb().$queryRaw<LogRow[]>`
    SELECT id::text AS id, at, level, source, message, details FROM "GatewayLog" WHERE ${Prisma.join(parts, ' AND ')}
    ORDER BY at DESC, "GatewayLog".id DESC LIMIT ${input.limit + 1}`;
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > input.limit && last ? { at: last.at, id: last.id } : null };
}
