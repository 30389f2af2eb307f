/** Hints and progress of the database as events of this process: one LISTEN connection, however many listen to the hub. */
import { EventEmitter } from 'node:events';
import { Client } from 'pg';
import { getEnv } from '../config/env';
import { logger } from '../config/logger';
import { HINT_CHANNEL, type Hint, type LiveProgress, PROGRESS_CHANNEL } from '../db/hint';

type HubEvents = { hint: [Hint]; progress: [LiveProgress[]]; connected: [] };

const RECONNECT_MS = 1000;
/** A page has read its rows so long before its stream is there, at most; what was hinted in between is told to the stream. */
const RECENT_MS = 15_000;
const RECENT_MAX = 2_000;
/** Kinds that come all the time, or are no news for a page. */
const NOT_KEPT: ReadonlySet<Hint['kind']> = new Set(['telemetry', 'outbox', 'stream']);

/** Emits `hint`, `progress` (a batch) and `connected` (again: hints may have been missed). */
export class LiveHub extends EventEmitter<HubEvents> {
  #client: Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #recent: { hint: Hint; atMs: number }[] = [];

  constructor(readonly connectionString: string) {
    super();
    this.setMaxListeners(0);
    void this.#connect();
  }

  onHint(listener: (hint: Hint) => void): () => void {
    this.on('hint', listener);
    return () => this.off('hint', listener);
  }

  onProgress(listener: (batch: LiveProgress[]) => void): () => void {
    this.on('progress', listener);
    return () => this.off('progress', listener);
  }

  /** Hints of the last seconds, oldest first. */
  recentHints(): Hint[] {
    const sinceMs = Date.now() - RECENT_MS;
    return this.#recent.filter(({ atMs }) => atMs >= sinceMs).map(({ hint }) => hint);
  }

  /** Resolves with true on the first hint that fits, with false after the time. */
  waitFor(predicate: (hint: Hint) => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (found: boolean) => {
        clearTimeout(timer);
        stop();
        resolve(found);
      };
      const stop = this.onHint((hint) => predicate(hint) && finish(true));
      const timer = setTimeout(() => finish(false), timeoutMs);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    if (this.#closed) return;
    const client = new Client({ connectionString: this.connectionString, keepAlive: true, application_name: 'fairlead-live' });
    this.#client = client;
    let lost = false;
    const retry = (error?: Error) => {
      if (lost || this.#closed) return;
      lost = true;
      if (error) logger.warn({ reason: error.message }, 'live hub: database connection lost');
      void client.end().catch(() => undefined);
      this.#timer = setTimeout(() => void this.#connect(), RECONNECT_MS);
    };
    client.on('error', retry);
    client.on('end', () => retry());
    client.on('notification', ({ channel, payload }) => this.#receive(channel, payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${HINT_CHANNEL}; LISTEN ${PROGRESS_CHANNEL}`);
      this.emit('connected');
    } catch (error) {
      retry(error as Error);
    }
  }

  #receiveHint(hint: Hint): void {
    if (!NOT_KEPT.has(hint.kind)) {
      this.#recent.push({ hint, atMs: Date.now() });
      if (this.#recent.length > 2 * RECENT_MAX) this.#recent = this.#recent.slice(-RECENT_MAX);
    }
    this.emit('hint', hint);
  }

  #receive(channel: string, payload: string): void {
    try {
      const value: unknown = JSON.parse(payload);
      if (channel === HINT_CHANNEL) this.#receiveHint(value as Hint);
      else this.emit('progress', value as LiveProgress[]);
    } catch (error) {
      logger.error({ error, channel }, 'live hub: a listener failed or a payload is no JSON');
    }
  }
}

const globalForHub = globalThis as { fairleadLiveHub?: LiveHub };

/** The hub of this process (shared by the module graphs of Next and of the custom server). */
export function getLiveHub(): LiveHub {
  globalForHub.fairleadLiveHub ??= new LiveHub(getEnv().DATABASE_URL);
  return globalForHub.fairleadLiveHub;
}
