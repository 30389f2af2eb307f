/**
 * One at a time per upload, over all web programs: locks of PostgreSQL on one connection of this process. Who wants a lock
 * that another holds asks it to let go: a browser that comes back after a cut must not wait until the old line is found dead.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lock, Locker } from '@tus/server';
import { Client } from 'pg';
import { getEnv } from '../config/env';
import { logger } from '../config/logger';

const CHANNEL = 'fairlead_upload_lock';
const TRY_EVERY_MS = 150;
const GIVE_UP_MS = 30_000;
const TRY = "SELECT pg_try_advisory_lock(hashtextextended('upload ' || $1, 0)) AS got";
const FREE = "SELECT pg_advisory_unlock(hashtextextended('upload ' || $1, 0))";

/** The library answers with it; its own sentence names no upload. */
const TIMEOUT = { status_code: 423, body: 'Somebody else is sending this upload.\n' };

export class UploadLocks implements Locker {
  readonly #held = new Map<string, { ask: () => unknown }>();
  #connecting: Promise<Client> | null = null;

  newLock(id: string): Lock {
    return { lock: (signal, ask) => this.#acquire(id, signal, ask), unlock: () => this.#release(id) };
  }

  /** Runs the work unless somebody else holds the lock; false then. */
  async ifFree(id: string, work: () => Promise<unknown>): Promise<boolean> {
    if (!(await this.#tryOnce(id, () => undefined))) return false;
    try {
      await work();
      return true;
    } finally {
      await this.#release(id);
    }
  }

  /** Frees all locks. */
  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = null;
    await (await connecting?.catch(() => null))?.end();
  }

  async #acquire(id: string, signal: AbortSignal, ask: () => unknown): Promise<void> {
    const endMs = performance.now() + GIVE_UP_MS;
    while (!(await this.#tryOnce(id, ask))) {
      if (signal.aborted || performance.now() > endMs) throw TIMEOUT;
      this.#held.get(id)?.ask();
      await (await this.#connect()).query('SELECT pg_notify($1, $2)', [CHANNEL, id]);
      await sleep(TRY_EVERY_MS);
    }
  }

  async #tryOnce(id: string, ask: () => unknown): Promise<boolean> {
    // The connection is shared, and the database would give one session the same lock twice.
    if (this.#held.has(id)) return false;
    const mine = { ask };
    this.#held.set(id, mine);
    try {
      const { rows } = await (await this.#connect()).query<{ got: boolean }>(TRY, [id]);
      if (rows[0]?.got === true) return true;
      this.#held.delete(id);
      return false;
    } catch (error) {
      this.#held.delete(id);
      throw error;
    }
  }

  async #release(id: string): Promise<void> {
    try {
      // A connection that was lost has freed it.
      if (this.#connecting) await (await this.#connecting).query(FREE, [id]);
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'uploads: a lock was freed by the loss of its connection');
    } finally {
      this.#held.delete(id);
    }
  }

  #connect(): Promise<Client> {
    this.#connecting ??= this.#open();
    return this.#connecting;
  }

  async #open(): Promise<Client> {
    const client = new Client({ connectionString: getEnv().DATABASE_URL, keepAlive: true, application_name: 'fairlead-uploads' });
    const lost = () => {
      this.#connecting = null;
      // Another may have the locks now: whoever works under one stops.
      for (const { ask } of this.#held.values()) ask();
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ payload }) => this.#held.get(payload ?? '')?.ask());
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      return client;
    } catch (error) {
      this.#connecting = null;
      throw error;
    }
  }
}
