/**
 * One file of the outbox: a line per record, `<crc32 hex> <json>\n`. A record is a durable event or a mark of how far the
 * server has confirmed. Reading tells a torn tail (a write that a crash cut short) from damage in the middle.
 */
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { type DurableEvent, durableEventSchema } from '#/protocol/mqtt/events';

const markSchema = z.object({ confirmed: z.number().int().nonnegative() });
export type OutboxRecord = DurableEvent | z.infer<typeof markSchema>;

export type SegmentContent = {
  events: DurableEvent[];
  confirmed: number;
  /** Bytes of the whole records; what follows is torn. */
  validBytes: number;
  /** A valid record follows an invalid one: not a torn tail but damage. */
  damaged: boolean;
};

export function encodeRecord(record: OutboxRecord): Uint8Array {
  const json = JSON.stringify(record);
  return new TextEncoder().encode(`${crc32(json).toString(16).padStart(8, '0')} ${json}\n`);
}

export function isEvent(record: OutboxRecord): record is DurableEvent {
  return 'body' in record;
}

/** The records of a segment whose first event has the number `firstN`. */
export function decodeSegment(bytes: Uint8Array, epoch: string, firstN: number): SegmentContent {
  const content: SegmentContent = { events: [], confirmed: 0, validBytes: 0, damaged: false };
  let torn = false;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    const record = newline === -1 ? null : decodeRecord(bytes.subarray(start, end));
    const fits = record !== null && (!isEvent(record) || (record.epoch === epoch && record.n === firstN + content.events.length));
    if (fits && torn) return { ...content, damaged: true };
    if (!fits) {
      // A whole record with another number is damage too: numbers have no gaps.
      if (record !== null) return { ...content, damaged: true };
      torn = true;
    } else {
      if (isEvent(record)) content.events.push(record);
      else content.confirmed = Math.max(content.confirmed, record.confirmed);
      content.validBytes = end + 1;
    }
    start = end + 1;
  }
  return content;
}

function decodeRecord(line: Uint8Array): OutboxRecord | null {
  const text = new TextDecoder().decode(line);
  const json = text.slice(9);
  if (text[8] !== ' ' || crc32(json).toString(16).padStart(8, '0') !== text.slice(0, 8)) return null;
  try {
    const parsed: unknown = JSON.parse(json);
    const mark = markSchema.safeParse(parsed);
    return mark.success ? mark.data : durableEventSchema.parse(parsed);
  } catch {
    return null;
  }
}
