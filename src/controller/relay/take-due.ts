/** Which commands are due: the oldest unanswered one of each gateway, so that the agent gets them in order. */
import { type CommandBody, commandBodySchema } from '#/protocol/mqtt/commands';
import { getDb } from '#/server/db/client';
import type { CommandToSign } from '#/server/commands/sign-command';

/** Unanswered commands are sent again after this. */
export const RESEND_AFTER_MS = 15_000;
const BATCH = 200;

type Row = { id: string; gatewayId: string; seq: bigint; body: unknown; notBeforeAt: Date; expiresAt: Date };

/**
 * Marks due commands as sent and returns them, sequence by sequence. Marked before they are published: a command that was
 * taken back was surely never sent. SKIP LOCKED keeps several controllers from taking the same one.
 */
export async function takeDueCommands(gatewayIds: readonly string[] | null): Promise<CommandToSign[]> {
  const rows = await getDb().$queryRaw<Row[]>`
    WITH due AS (
      SELECT c.id FROM "OutboxCommand" c JOIN "Gateway" g ON g.id = c."gatewayId"
      WHERE c."answeredAt" IS NULL AND c."expiresAt" > now() AND c."notBeforeAt" <= now() AND g.connected
        AND (c."sentAt" IS NULL OR c."sentAt" < now() - make_interval(secs => ${RESEND_AFTER_MS / 1000}))
        AND (${gatewayIds === null} OR c."gatewayId" = ANY(${[...(gatewayIds ?? [])]}::uuid[]))
        AND NOT EXISTS (SELECT 1 FROM "OutboxCommand" e WHERE e."gatewayId" = c."gatewayId" AND e.seq < c.seq
          AND e."answeredAt" IS NULL AND e."expiresAt" > now())
      ORDER BY c."createdAt" LIMIT ${BATCH} FOR UPDATE OF c SKIP LOCKED
    )
    UPDATE "OutboxCommand" c SET "sentAt" = now(), attempts = c.attempts + 1 FROM due WHERE c.id = due.id
    RETURNING c.id, c."gatewayId", c.seq, c.body, c."notBeforeAt", c."expiresAt"`;
  return rows.map((row) => ({ ...row, body: commandBodySchema.parse(row.body) as CommandBody }));
}

/** Closes what nobody may carry out any more. */
export async function closeExpired(): Promise<number> {
  return getDb().$executeRaw`
    UPDATE "OutboxCommand" SET "answeredAt" = now(), "resultCode" = 'EXPIRED', "resultText" = 'no answer before it expired'
    WHERE "answeredAt" IS NULL AND "expiresAt" <= now()`;
}
