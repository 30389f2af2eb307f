/** What to do with the head of an HTTP answer to a range request. Pure; a server may answer anything. */
import type { ErrorCode } from '#/domain/errors/domain-error';

export type AnswerHead = {
  status: number;
  contentRange: string | null;
  contentLength: string | null;
  etag: string | null;
  retryAfter: string | null;
};
export type Asked = { offset: number; sizeBytes: number; etag: string | null };

export type Judgement =
  /** The body continues at the offset that was asked for. */
  | { kind: 'append' }
  /** The body is the whole file: begin again at 0. */
  | { kind: 'restart' }
  /** The answer does not fit the question: forget the bytes so far and ask again. */
  | { kind: 'discard'; reason: string }
  | { kind: 'retry'; reason: string; waitMs: number }
  | { kind: 'fail'; code: ErrorCode; reason: string };

const CONTENT_RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/;
const LONGEST_WAIT_MS = 120_000;

export function judgeAnswer(head: AnswerHead, asked: Asked): Judgement {
  if (head.status === 200) return judgeWhole(head, asked);
  if (head.status === 206) return judgePart(head, asked);
  if (head.status === 416) return { kind: 'discard', reason: 'the server does not have the range that was asked for' };
  if (head.status === 401 || head.status === 403) {
    return { kind: 'fail', code: 'UNAUTHENTICATED', reason: `the server refused this gateway's credentials (${head.status})` };
  }
  if (head.status === 404 || head.status === 410) {
    return { kind: 'fail', code: 'NOT_FOUND', reason: `the image is not on the server any more (${head.status})` };
  }
  if (head.status === 408 || head.status === 425 || head.status === 429 || head.status >= 500) {
    return { kind: 'retry', reason: `the server answered ${head.status}`, waitMs: retryAfterMs(head.retryAfter) };
  }
  return { kind: 'fail', code: 'UPDATE_SERVER_UNREACHABLE', reason: `the server answered ${head.status} to a download` };
}

function judgeWhole(head: AnswerHead, asked: Asked): Judgement {
  if (head.contentLength !== null && Number(head.contentLength) !== asked.sizeBytes) return wrongSize(head.contentLength, asked);
  return asked.offset === 0 ? { kind: 'append' } : { kind: 'restart' };
}

function judgePart(head: AnswerHead, asked: Asked): Judgement {
  const range = CONTENT_RANGE.exec(head.contentRange ?? '');
  if (!range) return { kind: 'discard', reason: 'a partial answer without a readable Content-Range' };
  const [, first, last, total] = range;
  if (total !== '*' && Number(total) !== asked.sizeBytes) return wrongSize(total ?? '', asked);
  if (Number(first) !== asked.offset || Number(last) < Number(first) || Number(last) >= asked.sizeBytes) {
    return { kind: 'discard', reason: `bytes ${first}-${last} came instead of ${asked.offset} and on` };
  }
  if (asked.etag !== null && head.etag !== null && head.etag !== asked.etag) {
    return { kind: 'discard', reason: 'the file on the server has changed' };
  }
  return { kind: 'append' };
}

function wrongSize(said: string, asked: Asked): Judgement {
  return { kind: 'fail', code: 'CHECKSUM_MISMATCH', reason: `the server has ${said} bytes; the order says ${asked.sizeBytes}` };
}

/** Only a validator that promises the same bytes can guard a range. */
export function strongEtag(etag: string | null): string | null {
  return etag !== null && /^"[\x21\x23-\x7e]{1,200}"$/.test(etag) ? etag : null;
}

/** What Retry-After asks for in seconds, within reason; 0 for none. */
export function retryAfterMs(text: string | null): number {
  return text !== null && /^\d{1,6}$/.test(text) ? Math.min(Number(text) * 1000, LONGEST_WAIT_MS) : 0;
}
