import type { Tx } from '../db/client';
import { hint } from '../db/hint';

export type StreamEventInput = {
  gatewayId: string;
  siteId: string;
  type: 'status_change' | 'safety_alert' | 'job_complete' | 'system_event';
  /** The seed's fields of that type; `id`, `gateway_id` and `timestamp` are added by the socket. */
  payload: Record<string, unknown>;
};

/** Appends what WebSocket clients are told (contract: WebSocket), in the transaction of what it tells. */
export async function appendStreamEvent(tx: Tx, event: StreamEventInput): Promise<void> {
  const row = await tx.streamEvent.create({
    data: { gatewayId: event.gatewayId, siteId: event.siteId, type: event.type, payload: event.payload as object },
    select: { id: true },
  });
  await hint(tx, { kind: 'stream', eventId: String(row.id), gatewayId: event.gatewayId, siteId: event.siteId });
}
