/** Which commands are due: the oldest unanswered one of each gateway, so that the agent gets them in order. */
import { commandBodySchema } from '#/protocol/mqtt/commands';
import type { CommandToSign } from '#/server/commands/sign-command';
import { logger } from '#/server/config/logger';
import { getDb } from '#/server/db/client';

/** Unanswered commands are sent again after this. */
export const RESEND_AFTER_MS = 15_000;
export const RELAY_BATCH = 200;

type Row = { id: string; gatewayId: string; seq: bigint; body: unknown; notBeforeAt: Date; expiresAt: Date };

/**
 * Marks due commands as sent and returns them, one per gateway. Marked before they are published: a command that was
 * taken back was surely never sent. SKIP LOCKED keeps several controllers from taking the same one.
 * `gatewayIds`: only theirs; null: of all.
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
      ORDER BY c."createdAt" LIMIT ${RELAY_BATCH} FOR UPDATE OF c SKIP LOCKED
    )
    UPDATE "OutboxCommand" c SET "sentAt" = now(), attempts = c.attempts + 1 FROM due WHERE c.id = due.id
    RETURNING c.id, c."gatewayId", c.seq, c.body, c."notBeforeAt", c."expiresAt"`;
  const commands: CommandToSign[] = [];
  for (const row of rows) {
    const body = commandBodySchema.safeParse(row.body);
    if (body.success) commands.push({ ...row, body: body.data });
    else await closeUnreadable(row.id, body.error.message);
  }
  return commands;
}

/** A stored command that this version cannot send (written by another one) must not stand in the way of the rest. */
async function closeUnreadable(id: string, reason: string): Promise<void> {
  logger.error({ commandId: id, reason: reason.slice(0, 500) }, 'relay: a stored command is not one, it is closed');
  const data = { answeredAt: new Date(), resultCode: 'CMD_UNKNOWN', resultText: 'this version of the server cannot send it' };
  await getDb().outboxCommand.updateMany({ where: { id, answeredAt: null }, data });
}
