'use client';
/** A resumable upload (tus) in the browser: pauses, goes on after a lost connection, a reload or a server restart. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { type DetailedError, type PreviousUpload, Upload } from 'tus-js-client';

export type UploadPhase = 'idle' | 'sending' | 'paused' | 'broken' | 'sent';
export type ImageUpload = {
  phase: UploadPhase;
  sentBytes: number;
  totalBytes: number;
  /** Over the last seconds; null while nothing moves. */
  bytesPerSecond: number | null;
  /** Went on from what an earlier visit had sent. */
  resumed: boolean;
  /** The server does not answer; it is asked again by itself. */
  waits: boolean;
  error: string | null;
  /** The server takes this file in no case: there is nothing to go on with. */
  refused: boolean;
  uploadId: string | null;
};
const IDLE: ImageUpload = {
  phase: 'idle',
  sentBytes: 0,
  totalBytes: 0,
  bytesPerSecond: null,
  resumed: false,
  waits: false,
  error: null,
  refused: false,
  uploadId: null,
};

/** Small enough for a proxy with a request limit, and little is lost with a broken request. */
const CHUNK_BYTES = 32 * 1_048_576;
const RETRY_DELAYS_MS = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000];
const SPEED_WINDOW_MS = 5000;

export function useImageUpload() {
  const [state, setState] = useState<ImageUpload>(IDLE);
  const upload = useRef<Upload | null>(null);
  const samples = useRef<{ atMs: number; bytes: number }[]>([]);
  const change = useCallback((next: Partial<ImageUpload>) => setState((now) => ({ ...now, ...next })), []);

  const start = useCallback(
    async (file: File, metadata: Record<string, string>) => {
      samples.current = [];
      const next = new Upload(file, {
        endpoint: '/uploads',
        chunkSize: CHUNK_BYTES,
        retryDelays: RETRY_DELAYS_MS,
        metadata: { filename: file.name, ...metadata },
        // What is whole is judged by the server; the entry would only lead to an upload that is over.
        removeFingerprintOnSuccess: true,
        onShouldRetry: (error) => {
          const again = mayPass(error);
          samples.current = [];
          if (again) change({ waits: true, bytesPerSecond: null });
          return again;
        },
        onUploadUrlAvailable: () => change({ uploadId: idOf(next.url) }),
        onProgress: (sentBytes, totalBytes) => {
          const nowMs = Date.now();
          samples.current = [...samples.current.filter(({ atMs }) => nowMs - atMs < SPEED_WINDOW_MS), { atMs: nowMs, bytes: sentBytes }];
          const [first] = samples.current;
          const spanMs = first ? nowMs - first.atMs : 0;
          const bytesPerSecond = first && spanMs > 500 ? ((sentBytes - first.bytes) * 1000) / spanMs : null;
          change({ sentBytes, totalBytes, bytesPerSecond, waits: false });
        },
        onError: (error) =>
          change({ phase: 'broken', error: sentenceOf(error), refused: isRefusal(error), bytesPerSecond: null, waits: false }),
        onSuccess: () => change({ phase: 'sent', error: null, bytesPerSecond: null, waits: false, uploadId: idOf(next.url) }),
      });
      upload.current = next;
      const earlier = newestOf(await next.findPreviousUploads());
      if (earlier) next.resumeFromPreviousUpload(earlier);
      setState({ ...IDLE, phase: 'sending', totalBytes: file.size, resumed: earlier !== null });
      next.start();
    },
    [change],
  );
  const pause = useCallback(() => {
    void upload.current?.abort();
    change({ phase: 'paused', bytesPerSecond: null, waits: false });
  }, [change]);
  const resume = useCallback(() => {
    samples.current = [];
    change({ phase: 'sending', error: null });
    upload.current?.start();
  }, [change]);
  /** Also tells the server to forget what it has of it. */
  const giveUp = useCallback(() => {
    void upload.current?.abort(true).catch(() => undefined);
    upload.current = null;
    setState(IDLE);
  }, []);
  // Leaving the page pauses; the same file goes on from there.
  useEffect(() => () => void upload.current?.abort(), []);
  return { state, start, pause, resume, giveUp };
}

function newestOf(uploads: readonly PreviousUpload[]): PreviousUpload | null {
  return [...uploads].sort((a, b) => b.creationTime.localeCompare(a.creationTime))[0] ?? null;
}

function idOf(url: string | null): string | null {
  return url?.split('/').at(-1) ?? null;
}

/** A lost connection, a server that restarts and another request that still holds the upload pass; a full disk does not. */
function mayPass(error: Error | DetailedError): boolean {
  const status = responseOf(error)?.getStatus() ?? 0;
  if (status === 0 || status >= 500 || status === 423 || status === 429) return true;
  return status === 409 && ['CONFLICT', 'SYSTEM_BUSY'].includes(bodyOf(error)?.code ?? 'CONFLICT');
}

/** What is wrong with the file stays wrong: it is too large, or not what was declared. Who is signed out signs in and goes on. */
function isRefusal(error: Error | DetailedError): boolean {
  return [400, 404, 410, 413, 415, 422].includes(responseOf(error)?.getStatus() ?? 0);
}

/** The server's own sentence where it gave one. */
function sentenceOf(error: Error | DetailedError): string {
  return bodyOf(error)?.message ?? 'The connection to the server is gone. What was sent is kept.';
}

function responseOf(error: Error | DetailedError) {
  return 'originalResponse' in error ? error.originalResponse : null;
}

/** Code and message of the contract's error body; null: no answer, or none of ours. */
function bodyOf(error: Error | DetailedError): { code?: string; message?: string } | null {
  try {
    const body: unknown = JSON.parse(responseOf(error)?.getBody() ?? '');
    return typeof body === 'object' ? body : null;
  } catch {
    return null;
  }
}
