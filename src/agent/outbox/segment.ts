/**
 * One file of the outbox: a line per write, `<crc32 hex> <json array of records>\n`. A record is a durable event or a mark of
 * how far the server has confirmed. One line a write, for a crash may keep its later sectors and lose its first: only a last
 * line can be torn, and reading tells that from damage in the middle.
 */
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { type DurableEvent, durableEventSchema } from '#/protocol/mqtt/events';

const markSchema = z.object({ confirmed: z.number().int().nonnegative() });
export type OutboxRecord = DurableEvent | z.infer<typeof markSchema>;
const lineSchema = z.array(z.union([markSchema, durableEventSchema])).min(1);

export type SegmentContent = {
  events: DurableEvent[];
  confirmed: number;
  /** Bytes of the whole lines; what follows is torn. */
  validBytes: number;
  /** A valid line follows an invalid one, or numbers have a gap: not a torn tail but damage. */
  damaged: boolean;
};

/** The line of one write. */
export function encodeRecords(records: readonly OutboxRecord[]): Uint8Array {
  const json = JSON.stringify(records);
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
    const records = newline === -1 ? null : decodeLine(bytes.subarray(start, end));
    if (records === null) torn = true;
    else {
      // Nothing is written behind a torn line before it is cut off, and numbers have no gaps.
      if (torn || !continues(records, epoch, firstN + content.events.length)) return { ...content, damaged: true };
      for (const record of records) {
        if (isEvent(record)) content.events.push(record);
        else content.confirmed = Math.max(content.confirmed, record.confirmed);
      }
      content.validBytes = end + 1;
    }
    start = end + 1;
  }
  return content;
}

function continues(records: readonly OutboxRecord[], epoch: string, nextN: number): boolean {
  return records.filter(isEvent).every((event, index) => event.epoch === epoch && event.n === nextN + index);
}

function decodeLine(line: Uint8Array): OutboxRecord[] | null {
  const text = new TextDecoder().decode(line);
  const json = text.slice(9);
  if (text[8] !== ' ' || crc32(json).toString(16).padStart(8, '0') !== text.slice(0, 8)) return null;
  try {
    return lineSchema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}
