/**
 * Fetches an image into the staging folder by HTTP range requests: goes on after a kill, a dropped connection or a server
 * restart, hashes while it streams, and never keeps a byte beyond the declared size.
 */
import pRetry from 'p-retry';
import { leftBehind } from '../host/left-behind';
import type { Clock } from '../ports';
import { isDiskFull, type Storage } from '../storage/storage';
import { DownloadError, TransferError } from './download-error';
import { judgeAnswer, strongEtag } from './judge-answer';
import { createPace, type Pace } from './pace';
import { PartFile, removeStaged } from './part-file';

export type DownloadOrder = {
  url: string;
  sha256: string;
  sizeBytes: number;
  /** HTTP Basic. */
  username: string;
  password: string;
  /** 0 = no limit. */
  speedLimitBytesPerSecond: number;
};
export type DownloadProgress = { bytesDone: number; errors: number; retries: number };
export type DownloadTuning = {
  /** Failures in a row without a single new byte before the download fails. */
  triesWithoutProgress: number;
  firstDelayMs: number;
  longestDelayMs: number;
  /** A connection that brings no byte for so long is given up. */
  stallMs: number;
};
export type DownloadDeps = {
  storage: Storage;
  folder: string;
  clock: Clock;
  fetchHttp: typeof fetch;
  tuning?: Partial<DownloadTuning>;
};

const DEFAULT_TUNING: DownloadTuning = { triesWithoutProgress: 10, firstDelayMs: 500, longestDelayMs: 60_000, stallMs: 30_000 };

/** Resolves when the whole image is staged, right and durable. Rejects with DownloadError, or the signal's reason. */
export async function downloadImage(
  deps: DownloadDeps,
  order: DownloadOrder,
  signal: AbortSignal,
  onProgress: (progress: DownloadProgress) => void,
): Promise<void> {
  try {
    const part = await PartFile.open(deps.storage, deps.folder, order.sha256, order.sizeBytes, signal);
    try {
      await new Download(deps, order, part, signal, onProgress).run();
    } finally {
      await part.close();
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (isDiskFull(error)) {
      await removeStaged(deps.storage, deps.folder, order.sha256);
      throw new DownloadError('INSUFFICIENT_DISK_SPACE', `the data partition is full; the image needs ${order.sizeBytes} bytes`);
    }
    if (error instanceof DownloadError && error.code === 'CHECKSUM_MISMATCH') await removeStaged(deps.storage, deps.folder, order.sha256);
    throw error;
  }
}

class Download {
  #errors = 0;
  #retries = 0;
  readonly #tuning: DownloadTuning;
  readonly #pace: Pace;

  constructor(
    private readonly deps: DownloadDeps,
    private readonly order: DownloadOrder,
    private readonly part: PartFile,
    private readonly signal: AbortSignal,
    private readonly onProgress: (progress: DownloadProgress) => void,
  ) {
    this.#tuning = { ...DEFAULT_TUNING, ...deps.tuning };
    this.#pace = createPace(order.speedLimitBytesPerSecond, deps.clock);
  }

  async run(): Promise<void> {
    this.#report();
    await this.#fetchAll();
    if (!this.part.matches() && this.part.inheritedBytes > 0) {
      // Bytes of an earlier life may be torn by a power cut; that is not the server's fault, so once more from the start.
      await this.part.restart();
      await this.#fetchAll();
    }
    if (!this.part.matches()) {
      throw new DownloadError('CHECKSUM_MISMATCH', 'the downloaded bytes do not have the SHA-256 of the order', {
        sha256: this.order.sha256,
      });
    }
    await this.part.finish();
  }

  /** Until all bytes are there. The count of tries begins anew whenever a byte has come. */
  async #fetchAll(): Promise<void> {
    while (this.part.bytesDone < this.order.sizeBytes) {
      const before = this.part.bytesDone;
      try {
        await pRetry(() => this.#attempt(), {
          retries: this.#tuning.triesWithoutProgress - 1,
          minTimeout: this.#tuning.firstDelayMs,
          maxTimeout: this.#tuning.longestDelayMs,
          randomize: true,
          signal: this.signal,
          shouldRetry: ({ error }) => error instanceof TransferError && this.part.bytesDone <= before,
          onFailedAttempt: ({ error }) => this.#failed(error),
        });
      } catch (error) {
        if (!(error instanceof TransferError)) throw error;
        if (this.part.bytesDone <= before) throw unreachable(error, this.#tuning.triesWithoutProgress);
        await this.deps.clock.wait(this.#tuning.firstDelayMs, this.signal);
        this.signal.throwIfAborted();
      }
    }
  }

  async #failed(error: Error): Promise<void> {
    if (!(error instanceof TransferError)) return;
    this.#errors += 1;
    this.#retries += 1;
    this.#report();
    if (error.waitMs > 0) await this.deps.clock.wait(error.waitMs, this.signal);
  }

  /** One request. Throws TransferError when another one may help. */
  async #attempt(): Promise<void> {
    const stall = new AbortController();
    const timer = setTimeout(() => stall.abort(new TransferError('the connection brought nothing for too long')), this.#tuning.stallMs);
    try {
      const response = await this.#ask(AbortSignal.any([this.signal, stall.signal]));
      await this.#judge(response);
      await this.#take(response, () => timer.refresh());
    } catch (error) {
      this.signal.throwIfAborted();
      if (stall.signal.aborted) throw stall.signal.reason;
      throw error;
    } finally {
      clearTimeout(timer);
    }
    if (this.part.bytesDone < this.order.sizeBytes) throw new TransferError('the connection ended before the file did');
  }

  async #ask(signal: AbortSignal): Promise<Response> {
    const { username, password, url } = this.order;
    const offset = this.part.bytesDone;
    const headers = new Headers({
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      // An encoded body has other bytes than the ones that were ordered.
      'accept-encoding': 'identity',
    });
    if (offset > 0) {
      headers.set('range', `bytes=${offset}-`);
      if (this.part.etag !== null) headers.set('if-range', this.part.etag);
    }
    try {
      return await this.deps.fetchHttp(url, { headers, signal });
    } catch (error) {
      throw new TransferError(reasonOf(error));
    }
  }

  async #judge(response: Response): Promise<void> {
    const header = (name: string) => response.headers.get(name);
    const etag = strongEtag(header('etag'));
    const judgement = judgeAnswer(
      {
        status: response.status,
        contentRange: header('content-range'),
        contentLength: header('content-length'),
        etag,
        retryAfter: header('retry-after'),
      },
      { offset: this.part.bytesDone, sizeBytes: this.order.sizeBytes, etag: this.part.etag },
    );
    if (judgement.kind !== 'append' && judgement.kind !== 'restart') await response.body?.cancel();
    if (judgement.kind === 'fail') throw new DownloadError(judgement.code, judgement.reason, { status: response.status });
    if (judgement.kind === 'retry') throw new TransferError(judgement.reason, judgement.waitMs, response.status);
    if (judgement.kind !== 'append') await this.part.restart();
    if (judgement.kind === 'discard') throw new TransferError(judgement.reason);
    await this.part.rememberEtag(etag);
  }

  async #take(response: Response, alive: () => void): Promise<void> {
    const reader = response.body?.getReader();
    if (!reader) throw new TransferError('the answer has no body');
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((error: unknown) => Promise.reject(new TransferError(reasonOf(error))));
        if (done) return;
        alive();
        if (this.part.bytesDone + value.length > this.order.sizeBytes) {
          throw new DownloadError('CHECKSUM_MISMATCH', `the server sends more than the declared ${this.order.sizeBytes} bytes`);
        }
        await this.#pace(value.length, this.signal);
        this.signal.throwIfAborted();
        await this.part.append(value);
        leftBehind(value.length);
        alive();
        this.#report();
      }
    } finally {
      // Also closes the connection when the body was not read to its end.
      await reader.cancel().catch(() => {});
    }
  }

  #report(): void {
    this.onProgress({ bytesDone: this.part.bytesDone, errors: this.#errors, retries: this.#retries });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return cause === '' ? error.message : `${error.message}: ${cause}`;
}

function unreachable(error: TransferError, tries: number): DownloadError {
  const code = error.status === null ? 'NETWORK_UNAVAILABLE' : 'UPDATE_SERVER_UNREACHABLE';
  return new DownloadError(code, `the download gave up after ${tries} tries without a byte: ${error.message}`, { status: error.status });
}
