/** One durable event, one transaction: idempotent by (epoch, n). What it returns may be confirmed, for it is committed. */
import { systemActor } from '#/server/access/actor';
import { raiseAlarm } from '#/server/alarms/raise-alarm';
import { getDb, type Tx } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { applyBundleEvent } from './apply-bundle';
import { applyCommandResult } from './apply-command-result';
import { applyGrantReport } from './apply-grant-report';
import { applyHello, writePins, writeSlots } from './apply-hello';
import { applyJobReport, type IngestGateway } from './apply-job-report';
import { applySnapshots } from './apply-snapshots';
import { logReport } from './log-reports';
import type { IncomingEvent } from './read-event';
import { pastEpochsAfter, standingOf } from './stream-position';

export type IngestResult =
  | { kind: 'committed' | 'duplicate'; epoch: string; n: number }
  /** Of an ended epoch: nothing is written, nobody waits. */
  | { kind: 'late' }
  /** An earlier number has not come yet. */
  | { kind: 'gap'; expected: number }
  | { kind: 'unknown_gateway' };

export type IngestOptions = {
  /** The agent no longer has the numbers before it (a restored database forgets what it had confirmed). */
  acceptGap?: boolean;
  /** The database refuses what the body says: it is kept as text, and the stream goes on. */
  quarantine?: string;
};

type Row = IngestGateway & { eventEpoch: string | null; lastEventN: bigint; pastEventEpochs: string[] };

export async function ingestEvent(gatewayId: string, event: IncomingEvent, options: IngestOptions = {}): Promise<IngestResult> {
  return getDb().$transaction(
    async (tx): Promise<IngestResult> => {
      const [row] = await tx.$queryRaw<Row[]>`
        SELECT id, "siteId", name, "bootId", "eventEpoch", "lastEventN", "pastEventEpochs" FROM "Gateway" WHERE id = ${gatewayId}::uuid FOR UPDATE`;
      if (!row) return { kind: 'unknown_gateway' };
      const position = { epoch: row.eventEpoch, lastN: Number(row.lastEventN), pastEpochs: row.pastEventEpochs };
      const standing = standingOf(position, event);
      if (standing.kind === 'duplicate') return { kind: 'duplicate', epoch: event.epoch, n: standing.n };
      if (standing.kind === 'late') return standing;
      if (standing.kind === 'gap' && !options.acceptGap) return standing;
      const loss = lossOf(row, event, standing.kind);
      if (loss !== null) await tellLoss(tx, row, loss, event);
      if (options.quarantine === undefined) await applyBody(tx, row, event);
      else await keepAsText(tx, row, event, options.quarantine, JSON.stringify(event.body));
      const past = pastEpochsAfter(position, event.epoch);
      await tx.$executeRaw`
        UPDATE "Gateway" SET "eventEpoch" = ${event.epoch}, "lastEventN" = ${event.n}, "pastEventEpochs" = ${past}, "lastSeenAt" = now()
        WHERE id = ${gatewayId}::uuid`;
      return { kind: 'committed', epoch: event.epoch, n: event.n };
    },
    { timeout: 20_000, maxWait: 20_000 },
  );
}

async function applyBody(tx: Tx, gateway: Row, event: IncomingEvent): Promise<void> {
  const actor = systemActor(`agent ${gateway.name}`);
  const at = credibleInstant(event.at);
  const { body } = event;
  if (body.type !== 'unreadable') await logReport(tx, gateway, body, at);
  switch (body.type) {
    case 'hello':
      return applyHello(tx, actor, gateway, body, at);
    case 'slots':
      await writeSlots(tx, gateway.id, body.activeSlot, body.slots);
      return hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
    case 'release_keys':
      return writePins(tx, gateway.id, body, at);
    case 'job':
      return applyJobReport(tx, actor, gateway, body, at);
    case 'command_result':
      return applyCommandResult(tx, actor, gateway, body, at);
    case 'snapshots':
      return applySnapshots(tx, actor, gateway, body, at);
    case 'bundle':
      return applyBundleEvent(tx, actor, gateway, body);
    case 'grant':
      return applyGrantReport(tx, actor, gateway, body, at);
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
    case 'unreadable':
      return keepAsText(tx, gateway, event, body.reason, body.text);
  }
}

/** What is gone for good on the gateway's side; null when nothing is. */
function lossOf(row: Row, event: IncomingEvent, standing: string): string | null {
  if (standing === 'gap') return `events ${Number(row.lastEventN) + 1} to ${event.n - 1} never came`;
  return row.eventEpoch !== null && row.eventEpoch !== event.epoch ? 'its data folder is a new one' : null;
}

async function tellLoss(tx: Tx, gateway: Row, loss: string, event: IncomingEvent): Promise<void> {
  const message = `${gateway.name} has lost data: ${loss}`;
  const about = { subject: gateway.id, siteId: gateway.siteId, gatewayId: gateway.id };
  await raiseAlarm(tx, { kind: 'agent_data_lost', ...about, message, details: { epoch: event.epoch, n: event.n }, momentary: true });
}

/** Nothing that a gateway says is thrown away unseen. */
async function keepAsText(tx: Tx, gateway: Row, event: IncomingEvent, reason: string, text: string): Promise<void> {
  const message = `event ${event.n} could not be recorded: ${reason}`.slice(0, 1000);
  const details = { epoch: event.epoch, n: event.n, text: text.slice(0, 4000) };
  await tx.gatewayLog.create({
    data: { gatewayId: gateway.id, at: credibleInstant(event.at), level: 'error', source: 'system', message, details },
  });
  await hint(tx, { kind: 'telemetry', gatewayIds: [gateway.id] });
}

/** The agent's instant, unless its clock is ahead of ours: nothing is dated in the future. */
function credibleInstant(at: string): Date {
  return new Date(Math.min(Date.parse(at), Date.now()));
}
