/** Follows StreamEvent for this process: woken by hints, with a slow poll behind them; each event once, in order of ids. */
import { logger } from '../config/logger';
import { getPool } from '../db/client';
import { getLiveHub } from '../live/hub';
import { EventOrder } from './order-events';
import { eventText, type StreamRow } from './stream-messages';

export type TailedEvent = StreamRow & { text: string };
export type TailListener = (event: TailedEvent) => void;

const POLL_MS = 2000;
/** A held-back event is looked at again after this. */
const WAITING_MS = 60;
const PAGE = 1000;

const READ_SQL = `
  SELECT id::float8 AS id, at, "gatewayId", "siteId", type, payload,
    pg_snapshot_xmin(pg_current_snapshot())::text AS xmin, pg_snapshot_xmax(pg_current_snapshot())::text AS xmax
  FROM "StreamEvent" WHERE id > $1 ORDER BY id LIMIT ${PAGE}`;
/** Below the youngest event that is older than any transaction can be, nothing more will appear. */
const START_SQL = `
  SELECT COALESCE((SELECT max(id) FROM "StreamEvent" WHERE at < now() - interval '30 seconds'), (SELECT min(id) - 1 FROM "StreamEvent"),
    GREATEST(0, COALESCE(pg_sequence_last_value(pg_get_serial_sequence('"StreamEvent"', 'id')::regclass), 0) - 100))::float8 AS id`;

/** Runs while somebody listens. */
export class StreamTail {
  #order: EventOrder<StreamRow> | null = null;
  #beginning: Promise<EventOrder<StreamRow>> | null = null;
  readonly #listeners = new Set<TailListener>();
  #running: Promise<void> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | null = null;
  #stop: (() => void) | null = null;

  /**
   * Begins to listen. Resolves with the id up to which every event is past; the listener gets all that follow (and perhaps
   * some before: the caller skips them). `held` are those of them that are there already and only wait for their turn.
   * Rejects when the database does not answer.
   */
  async join(listener: TailListener): Promise<{ position: number; held: readonly number[] }> {
    this.#listeners.add(listener);
    this.#start();
    const beginning = (this.#beginning ??= this.#begin());
    try {
      const { position, held } = await beginning;
      return { position, held };
    } catch (error) {
      if (this.#beginning === beginning) this.#beginning = null;
      this.leave(listener);
      throw error;
    }
  }

  leave(listener: TailListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#stop?.();
    this.#stop = null;
    this.#order = null;
    this.#beginning = null;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Goes through what is recent once, so that a new client is told of what comes, not of what was. */
  async #begin(): Promise<EventOrder<StreamRow>> {
    const session = this.#stop;
    const { rows } = await getPool().query<{ id: number }>(START_SQL);
    const order = new EventOrder<StreamRow>(rows[0]?.id ?? 0);
    // Everybody has left meanwhile; who came after them has begun anew.
    if (this.#stop !== session) return order;
    this.#order = order;
    while (!(await this.#read(order)));
    if (this.#order === order) this.#plan(true);
    return order;
  }

  #start(): void {
    if (this.#stop) return;
    const hub = getLiveHub();
    const wake = () => this.#wake();
    const stopHints = hub.onHint((hint) => hint.kind === 'stream' && wake());
    hub.on('connected', wake);
    this.#stop = () => {
      stopHints();
      hub.off('connected', wake);
    };
  }

  /** Reads now, or once more after the reading that runs. */
  #wake(): void {
    const order = this.#order;
    if (order === null) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#running = this.#read(order)
      .catch((error: unknown) => {
        logger.warn({ reason: (error as Error).message }, 'websocket: events cannot be read, will try again');
        return true;
      })
      .then((isLast) => {
        this.#running = null;
        if (this.#listeners.size > 0) this.#plan(isLast && !this.#again);
      });
  }

  #plan(isLast: boolean): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake(), isLast ? (this.#order?.isWaiting ? WAITING_MS : POLL_MS) : 0);
  }

  /** One page. False when there may be more. */
  async #read(order: EventOrder<StreamRow>): Promise<boolean> {
    const { rows } = await getPool().query<StreamRow & { xmin: string; xmax: string }>(READ_SQL, [order.position]);
    const [first] = rows;
    if (!first || this.#order !== order) return true;
    const reading = { rows, oldestRunning: BigInt(first.xmin), nextTransaction: BigInt(first.xmax), nowMs: Date.now() };
    const ready = order.take(reading);
    for (const row of ready) {
      const event = { ...row, text: eventText(row) };
      for (const listener of this.#listeners) listener(event);
    }
    return rows.length < PAGE || ready.length === 0;
  }
}
