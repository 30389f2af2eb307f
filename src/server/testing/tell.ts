/** Events that database tests make, and how they know them again on a socket. */
import { getDb, type Tx } from '../db/client';
import { appendStreamEvent } from '../live/append-stream-event';
import type { Message } from './updates-socket';

export type Place = { id: string; siteId: string };

/** Commits an event of a gateway that people hear of. */
export function tell(where: Place, message: string): Promise<void> {
  return getDb().$transaction((tx) => tellIn(tx, where, message));
}

/** The same inside a transaction of the caller. */
export function tellIn(tx: Tx, where: Place, message: string): Promise<void> {
  const payload = { system_status: 'updating', message, severity: 'info' };
  return appendStreamEvent(tx, { gatewayId: where.id, siteId: where.siteId, type: 'status_change', payload });
}

export const says = (text: string) => (message: Message) => message.message === text;
