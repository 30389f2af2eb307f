/** Takes a bundle to the server: tried again until it is there, the server refuses it for good, or its time is over. */
import pRetry, { AbortError } from 'p-retry';
import { retryAfterMs } from '../download/judge-answer';
import type { Clock } from '../ports';
import { readWholeFile } from '../storage/atomic-file';
import type { Storage } from '../storage/storage';
import type { Written } from './archive';

export type SendDeps = {
  storage: Storage;
  fetchHttp: typeof fetch;
  server: { baseUrl: string; gatewayId: string; secret: string };
  clock: Pick<Clock, 'wait'>;
  /** First pause before another try; the following ones grow to a minute. */
  retryMs?: number;
};

const ONE_TRY_MS = 120_000;
const LONGEST_PAUSE_MS = 60_000;
/** Answers that another try may change. */
const PASSING: ReadonlySet<number> = new Set([401, 408, 421, 425, 429]);

/** Resolves when the server has it. Rejects with the server's refusal, or when `untilMs` from now is over. */
export async function sendBundle(
  deps: SendDeps,
  bundle: Written & { path: string; contentType: string },
  uploadPath: string,
  untilMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { baseUrl, gatewayId, secret } = deps.server;
  const url = baseUrl.replace(/\/+$/, '') + uploadPath;
  const attempt = async () => {
    const bytes = await readWholeFile(deps.storage, bundle.path);
    if (bytes === null || bytes.length !== bundle.sizeBytes) throw new AbortError('the bundle is not on the disk any more');
    const response = await deps.fetchHttp(url, {
      method: 'PUT',
      body: new Uint8Array(bytes),
      headers: {
        authorization: `Basic ${Buffer.from(`${gatewayId}:${secret}`).toString('base64')}`,
        'content-type': bundle.contentType,
        'content-length': String(bundle.sizeBytes),
        'x-content-sha256': bundle.sha256,
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ONE_TRY_MS)]),
    });
    await response.body?.cancel();
    if (response.ok) return;
    const message = `the server answered ${response.status}`;
    if (response.status >= 400 && response.status < 500 && !PASSING.has(response.status)) throw new AbortError(message);
    // Not before the server wants it, and then after the pause of every try.
    await deps.clock.wait(Math.min(retryAfterMs(response.headers.get('retry-after')), untilMs), signal);
    throw new Error(message);
  };
  await pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: deps.retryMs ?? 2000,
    maxTimeout: LONGEST_PAUSE_MS,
    randomize: true,
    maxRetryTime: untilMs,
    // Whatever fetch calls it: what is not the server's refusal is tried again.
    shouldRetry: () => true,
    signal,
  });
}
