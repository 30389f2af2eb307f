/** One durable event, one transaction: idempotent by (epoch, n). What it returns may be confirmed, for it is committed. */
import type { DurableEvent } from '#/protocol/mqtt/events';
import { systemActor } from '#/server/access/actor';
import { getDb, type Tx } from '#/server/db/client';
import { applyCommandResult } from './apply-command-result';
import { applyHello, writeSlots } from './apply-hello';
import { applyJobReport, type IngestGateway } from './apply-job-report';
import { hint } from '#/server/db/hint';

export type IngestResult =
  | { kind: 'committed' | 'duplicate'; epoch: string; n: number }
  /** An earlier number has not come yet: come again, or accept the gap after a while. */
  | { kind: 'gap'; expected: number }
  | { kind: 'unknown_gateway' };

type Row = IngestGateway & { eventEpoch: string | null; lastEventN: bigint };

/** `acceptGap`: after waiting in vain (a restored database forgets what it had confirmed). */
export async function ingestEvent(gatewayId: string, event: DurableEvent, acceptGap = false): Promise<IngestResult> {
  return getDb().$transaction(
    async (tx): Promise<IngestResult> => {
      const [row] = await tx.$queryRaw<Row[]>`
        SELECT id, "siteId", name, "bootId", "eventEpoch", "lastEventN" FROM "Gateway" WHERE id = ${gatewayId}::uuid FOR UPDATE`;
      if (!row) return { kind: 'unknown_gateway' };
      if (row.eventEpoch === event.epoch) {
        const last = Number(row.lastEventN);
        if (event.n <= last) return { kind: 'duplicate', epoch: event.epoch, n: last };
        if (event.n !== last + 1 && !acceptGap) return { kind: 'gap', expected: last + 1 };
      } else if (event.n !== 1 && row.eventEpoch !== null && !acceptGap) {
        return { kind: 'gap', expected: 1 };
      }
      await applyBody(tx, row, event);
      await tx.$executeRaw`
        UPDATE "Gateway" SET "eventEpoch" = ${event.epoch}, "lastEventN" = ${event.n}, "lastSeenAt" = now() WHERE id = ${gatewayId}::uuid`;
      return { kind: 'committed', epoch: event.epoch, n: event.n };
    },
    { timeout: 20_000, maxWait: 20_000 },
  );
}

async function applyBody(tx: Tx, gateway: Row, event: DurableEvent): Promise<void> {
  const actor = systemActor(`agent ${gateway.name}`);
  const at = credibleInstant(event.at);
  const { body } = event;
  switch (body.type) {
    case 'hello':
      return applyHello(tx, actor, gateway, body, at);
    case 'slots':
      await writeSlots(tx, gateway.id, body.activeSlot, body.slots);
      return hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
    case 'job':
      return applyJobReport(tx, actor, gateway, body, at);
    case 'command_result':
      return applyCommandResult(tx, actor, gateway, body, at);
    case 'log':
      await tx.gatewayLog.createMany({
        data: body.entries.map(({ details, ...entry }) => ({
          gatewayId: gateway.id,
          ...entry,
          at: credibleInstant(entry.at),
          details: details as object,
        })),
      });
      return hint(tx, { kind: 'telemetry', gatewayIds: [gateway.id] });
  }
}

/** The agent's instant, unless its clock is ahead of ours: nothing is dated in the future. */
function credibleInstant(at: string): Date {
  return new Date(Math.min(Date.parse(at), Date.now()));
}
