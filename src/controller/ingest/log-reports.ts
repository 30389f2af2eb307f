/** The gateway's log also tells what it reported: boots, steps of jobs, answers to commands. One row in the report's transaction. */
import type { DurableBody } from '#/protocol/mqtt/events';
import type { Tx } from '#/server/db/client';

type Line = { level: 'info' | 'warning' | 'error'; source: 'ota' | 'system'; message: string; details: Record<string, unknown> };

/** What a report says as a line of the log; null for what is logged already or is no news. */
export function lineOf(body: DurableBody, bootIdBefore: string | null): Line | null {
  switch (body.type) {
    case 'hello': {
      const version = body.slots.find((slot) => slot.id === body.activeSlot)?.version ?? 'an unknown version';
      const booted = body.bootId !== bootIdBefore;
      const message = booted
        ? `booted ${version} from partition ${body.activeSlot}`
        : `connected, ${version} on partition ${body.activeSlot}`;
      return { level: 'info', source: 'system', message, details: { boot_id: body.bootId, agent_version: body.agentVersion } };
    }
    case 'job': {
      const bad = body.event === 'fail' || body.event === 'roll_back';
      const level = bad ? 'error' : body.event === 'hold' || body.event === 'cancel' ? 'warning' : 'info';
      const details = { job_id: body.jobId, state: body.state, ...(body.errorCode ? { error_code: body.errorCode } : {}) };
      return { level, source: 'ota', message: `${body.jobId}: ${body.message}`.slice(0, 1000), details };
    }
    case 'command_result':
      if (body.code === 'OK') return null;
      return {
        level: 'warning',
        source: 'system',
        message: `refused an order: ${body.message}`.slice(0, 1000),
        details: { command_id: body.commandId, code: body.code },
      };
    default:
      return null;
  }
}

/** Writes the line of a report, if it has one. */
export async function logReport(tx: Tx, gateway: { id: string; bootId: string | null }, body: DurableBody, at: Date): Promise<void> {
  const line = lineOf(body, gateway.bootId);
  if (line === null) return;
  await tx.gatewayLog.create({ data: { gatewayId: gateway.id, at, ...line, details: line.details as object } });
}
