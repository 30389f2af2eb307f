/** Coalesces to the newest per key and writes in sets, one flush at a time. A bad item never takes others with it. */
import { setTimeout as wait } from 'node:timers/promises';
import { logger } from '#/server/config/logger';
import { isDataError } from './data-error';

export type BatchWriterOptions<T> = {
  name: string;
  flushMs: number;
  /** Items per write. */
  size: number;
  /** What to keep of two items of one key; `later` came later, which does not say that it is newer. */
  merge: (earlier: T, later: T) => T;
  /** Must be safe to repeat: after a failure the same items come again. */
  write: (items: T[]) => Promise<void>;
};
export type BatchWriter<T> = { add(key: string, item: T): void; stop(): Promise<void> };

const RETRY_MS = 1000;
/** More keys than any fleet has: a flood, while the database is away, must not fill the memory. */
const MAX_KEYS = 100_000;

export function createBatchWriter<T>({ name, flushMs, size, merge, write }: BatchWriterOptions<T>): BatchWriter<T> {
  let waiting = new Map<string, T>();
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let lastFlushMs = 0;
  let stopped = false;

  const keep = (key: string, item: T, isEarlier: boolean) => {
    const known = waiting.get(key);
    if (known === undefined && waiting.size >= MAX_KEYS) return;
    waiting.set(key, known === undefined ? item : isEarlier ? merge(item, known) : merge(known, item));
  };
  const flush = () => {
    timer = null;
    if (running !== null || waiting.size === 0) return;
    const entries = [...waiting].sort(([a], [b]) => (a < b ? -1 : 1));
    waiting = new Map();
    lastFlushMs = Date.now();
    running = writeAll(entries).finally(() => {
      running = null;
      if (waiting.size > 0 && !stopped) plan();
    });
  };
  // Leading edge: the first item after a quiet time does not wait.
  const plan = () => {
    timer ??= setTimeout(flush, Math.max(0, lastFlushMs + flushMs - Date.now()));
  };

  async function writeAll(entries: [string, T][]): Promise<void> {
    for (let start = 0; start < entries.length; start += size) {
      try {
        await writeIsolating(entries.slice(start, start + size));
      } catch (error) {
        // The database is away: what is not written waits with what comes meanwhile.
        for (const [key, item] of entries.slice(start)) keep(key, item, true);
        logger.warn({ batch: name, waiting: waiting.size, reason: (error as Error).message }, 'ingest: batch not written, will try again');
        if (!stopped) await wait(RETRY_MS);
        return;
      }
    }
  }

  /** Halves a set that the database refuses until only the bad item is left out. */
  async function writeIsolating(entries: [string, T][]): Promise<void> {
    try {
      await write(entries.map(([, item]) => item));
    } catch (error) {
      if (!isDataError(error)) throw error;
      if (entries.length === 1) {
        logger.warn({ batch: name, key: entries[0]?.[0], reason: (error as Error).message.slice(0, 300) }, 'ingest: an item was refused');
        return;
      }
      const middle = entries.length >> 1;
      await writeIsolating(entries.slice(0, middle));
      await writeIsolating(entries.slice(middle));
    }
  }

  return {
    add(key, item) {
      if (stopped) return;
      keep(key, item, false);
      plan();
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running;
      flush();
      await running;
    },
  };
}
