/**
 * Ids of messages: whole numbers that only grow on a connection. An event's id is its row's number times a million, the
 * same for every client; progress, which is not kept, counts up from the last event before it. So any id that a client
 * has seen, an event's or a progress update's, says where to go on.
 */
const STEP = 1_000_000;

/** The id of the `n`th message after event `eventId`; 0 is the event itself. */
export function messageId(eventId: number, n = 0): number {
  return eventId * STEP + Math.min(n, STEP - 1);
}

/** The event that a `since` parameter stands behind; null when it is no message id. */
export function eventIdOf(since: string): number | null {
  const id = /^\d{1,16}$/.test(since) ? Number(since) : Number.NaN;
  return Number.isSafeInteger(id) ? Math.floor(id / STEP) : null;
}
