/** Fetches a range of a file on the server, goes on after a dropped connection, and gives up when nothing comes any more. */
import type { DownloadDeps, DownloadTuning } from '../download/download-image';
import { DownloadError, TransferError } from '../download/download-error';
import { judgeAnswer } from '../download/judge-answer';
import { createPace, type Pace } from '../download/pace';
import { leftBehind } from '../host/left-behind';
import { DeltaError } from './delta-error';

export type Credentials = { username: string; password: string; speedLimitBytesPerSecond: number };
/** What went over the wire, counted by whoever asks. */
export type TransferCount = { requests: number; bytesFetched: number; errors: number; retries: number };

const DEFAULTS: DownloadTuning = { triesWithoutProgress: 10, firstDelayMs: 500, longestDelayMs: 60_000, stallMs: 30_000 };

export class RangeFetcher {
  readonly #tuning: DownloadTuning;
  readonly #pace: Pace;

  constructor(
    private readonly deps: DownloadDeps,
    private readonly credentials: Credentials,
    private readonly signal: AbortSignal,
    readonly count: TransferCount,
  ) {
    this.#tuning = { ...DEFAULTS, ...deps.tuning };
    this.#pace = createPace(credentials.speedLimitBytesPerSecond, deps.clock);
  }

  /** The bytes `start` to `end` (inclusive) of a file of `sizeBytes`, in pieces: all of them, or it throws. */
  async *bytes(url: string, sizeBytes: number, start: number, end: number): AsyncGenerator<Uint8Array, void> {
    let at = start;
    for (let failures = 0; at <= end; ) {
      const before = at;
      try {
        for await (const piece of this.#once(url, sizeBytes, at, end)) {
          at += piece.length;
          yield piece;
        }
        if (at <= end) throw new TransferError('the connection ended before the range did');
      } catch (error) {
        failures = at > before ? 1 : failures + 1;
        await this.#afterFailure(error, failures);
      }
    }
  }

  /** The answer to a small GET; null when the server has none. */
  async text(url: string, longestBytes: number): Promise<string | null> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.#text(url, longestBytes);
      } catch (error) {
        await this.#afterFailure(error, failures);
      }
    }
  }

  async #text(url: string, longestBytes: number): Promise<string | null> {
    const response = await this.#ask(url, {}, AbortSignal.any([this.signal, AbortSignal.timeout(this.#tuning.stallMs)]));
    if (response.status === 200) {
      const text = await response.text().catch((error: unknown) => Promise.reject(new TransferError(reasonOf(error))));
      this.count.bytesFetched += text.length;
      if (text.length > longestBytes) throw new DeltaError('what the server says of its deltas is too long');
      return text;
    }
    await response.body?.cancel();
    if (response.status === 404) return null;
    throw new DeltaError(`the server answered ${response.status} when it was asked for a delta`);
  }

  /** Waits before the next try. Throws what no other try can help. */
  async #afterFailure(error: unknown, failures: number): Promise<void> {
    this.signal.throwIfAborted();
    if (!(error instanceof TransferError)) throw error;
    this.count.errors += 1;
    if (failures >= this.#tuning.triesWithoutProgress) throw givenUp(error, failures);
    this.count.retries += 1;
    const delayMs = Math.min(this.#tuning.longestDelayMs, this.#tuning.firstDelayMs * 2 ** (failures - 1));
    await this.deps.clock.wait(Math.max(error.waitMs, delayMs), this.signal);
    this.signal.throwIfAborted();
  }

  async *#once(url: string, sizeBytes: number, start: number, end: number): AsyncGenerator<Uint8Array, void> {
    const stall = new AbortController();
    const watch = () =>
      setTimeout(() => stall.abort(new TransferError('the connection brought nothing for too long')), this.#tuning.stallMs);
    let timer = watch();
    try {
      const response = await this.#ask(url, { range: `bytes=${start}-${end}` }, AbortSignal.any([this.signal, stall.signal]));
      await judge(response, start, sizeBytes);
      const reader = response.body?.getReader();
      if (!reader) throw new TransferError('the answer has no body');
      try {
        for (let left = end - start + 1; left > 0; ) {
          const { done, value } = await reader.read().catch((error: unknown) => Promise.reject(new TransferError(reasonOf(error))));
          clearTimeout(timer);
          if (done) return;
          this.count.bytesFetched += value.length;
          await this.#pace(value.length, this.signal);
          this.signal.throwIfAborted();
          const piece = value.subarray(0, left);
          left -= piece.length;
          yield piece;
          leftBehind(value.length);
          timer = watch();
        }
      } finally {
        await reader.cancel().catch(() => {});
      }
    } catch (error) {
      this.signal.throwIfAborted();
      if (stall.signal.aborted) throw stall.signal.reason;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const { username, password } = this.credentials;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    this.count.requests += 1;
    try {
      return await this.deps.fetchHttp(url, { headers: { ...headers, authorization, 'accept-encoding': 'identity' }, signal });
    } catch (error) {
      throw new TransferError(reasonOf(error));
    }
  }
}

async function judge(response: Response, start: number, sizeBytes: number): Promise<void> {
  const header = (name: string) => response.headers.get(name);
  const head = {
    contentRange: header('content-range'),
    contentLength: header('content-length'),
    etag: null,
    retryAfter: header('retry-after'),
  };
  // A whole file is an answer to a range, but not one that saves anything.
  const judgement =
    response.status === 200
      ? ({ kind: 'fail', reason: 'the server sends no ranges' } as const)
      : judgeAnswer({ status: response.status, ...head }, { offset: start, sizeBytes, etag: null });
  if (judgement.kind === 'append') return;
  await response.body?.cancel();
  if (judgement.kind === 'retry') throw new TransferError(judgement.reason, judgement.waitMs, response.status);
  throw new DeltaError('reason' in judgement ? judgement.reason : 'the server sends no ranges');
}

/** Without a network the whole image would not come either, and must not be begun; what the server refuses may still be a delta's fault. */
function givenUp(error: TransferError, tries: number): Error {
  const message = `gave up after ${tries} tries without a byte: ${error.message}`;
  return error.status === null ? new DownloadError('NETWORK_UNAVAILABLE', `the download ${message}`) : new DeltaError(message);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
