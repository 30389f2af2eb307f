import type { SentCommand } from '#/protocol/mqtt/commands';
import type { Tx } from '../db/client';
import { hint } from '../db/hint';

/** How long an agent may be away and still carry out what it was told. */
const COMMAND_TTL_MS = 7 * 24 * 3_600_000;

/**
 * Writes a command into the outbox with the gateway's next sequence number. The row lock on the gateway orders
 * concurrent transactions, so sequence order is commit order. The controller signs and relays it.
 */
export async function enqueueCommand(
  tx: Tx,
  gatewayId: string,
  body: SentCommand,
  options: { jobId?: string; ttlMs?: number } = {},
): Promise<{ commandId: string; seq: bigint }> {
  const gateway = await tx.gateway.update({
    where: { id: gatewayId },
    data: { lastCommandSeq: { increment: 1 } },
    select: { lastCommandSeq: true },
  });
  const row = await tx.outboxCommand.create({
    data: {
      gatewayId,
      seq: gateway.lastCommandSeq,
      name: body.name,
      body: body as object,
      jobId: options.jobId ?? null,
      expiresAt: new Date(Date.now() + (options.ttlMs ?? COMMAND_TTL_MS)),
    },
    select: { id: true, seq: true },
  });
  await hint(tx, { kind: 'outbox', gatewayId });
  return { commandId: row.id, seq: row.seq };
}
