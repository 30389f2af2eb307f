/** A durable event as it came: cleaned of what PostgreSQL cannot keep; a body that is not understood still has its number. */
import { z } from 'zod';
import { type DurableBody, type DurableEvent, durableEventSchema } from '#/protocol/mqtt/events';

/** A newer agent's body, or a broken one: kept as text, so that the stream goes on behind it. */
export type UnreadableBody = { type: 'unreadable'; reason: string; text: string };
export type IncomingEvent = Omit<DurableEvent, 'body'> & { body: DurableBody | UnreadableBody };

const envelopeSchema = durableEventSchema.extend({ body: z.unknown() });
const KEPT_CHARACTERS = 4000;

/** Throws when not even the envelope is one. */
export function readEvent(value: unknown): IncomingEvent {
  const clean = storable(value);
  const parsed = durableEventSchema.safeParse(clean);
  if (parsed.success) return parsed.data;
  const envelope = envelopeSchema.parse(clean);
  const reason = z.prettifyError(parsed.error).slice(0, 500);
  return { ...envelope, body: { type: 'unreadable', reason, text: JSON.stringify(envelope.body)?.slice(0, KEPT_CHARACTERS) ?? '' } };
}

/** Text without NUL and without half surrogate pairs: PostgreSQL refuses both, for ever. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD').toWellFormed();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [storable(key), storable(one)]));
}
