/** The Range header of a download (RFC 9110, section 14). Pure. */

export type ByteRange =
  /** No range, one that is not understood, or several: the whole file is a right answer. */
  | { kind: 'whole' }
  /** Both ends inclusive. */
  | { kind: 'part'; start: number; end: number }
  | { kind: 'unsatisfiable' };

const WHOLE: ByteRange = { kind: 'whole' };
const SINGLE = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/i;

/** What a Range header asks of a file of `size` bytes. `ifRange` has to be the file's own strong ETag, else the range is void. */
export function parseRange(range: string | undefined, ifRange: string | undefined, size: number, etag: string): ByteRange {
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return WHOLE;
  const match = SINGLE.exec(range.replaceAll(' ', ''));
  if (!match) return WHOLE;
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === undefined ? size - 1 : Math.min(Number(last), size - 1);
  // A last byte before the first makes the header invalid, and an invalid header is ignored.
  if (last !== undefined && Number(last) < start) return WHOLE;
  return start >= size ? { kind: 'unsatisfiable' } : { kind: 'part', start, end };
}
