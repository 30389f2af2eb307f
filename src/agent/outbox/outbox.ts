/**
 * What the agent has to say, kept on disk until the server has it. Numbers have no gaps within an epoch; a number is
 * shown to anyone only after it is durable, so it never comes to stand for something else.
 */
import { randomUUID } from 'node:crypto';
import { type DurableBody, type DurableEvent, durableBodySchema } from '#/protocol/mqtt/events';
import type { Clock } from '../ports';
import type { Storage, StorageFile } from '../storage/storage';
import { beginEpoch, createSegment, type LoadedOutbox, loadOutbox, removeOtherEpochs, type Segment } from './outbox-files';
import { encodeRecords } from './segment';

export type OutboxOptions = {
  storage: Storage;
  folder: string;
  clock: Clock;
  /** Unconfirmed bytes beyond which log events are no longer taken; state events always are. */
  capBytes?: number;
  /** A new file begins when the last one is longer. */
  segmentBytes?: number;
  newEpoch?: () => string;
};

export type Outbox = {
  readonly epoch: string;
  /** Durable when it resolves: the event's number, or null for a log event that the size cap dropped. */
  append(body: DurableBody): Promise<number | null>;
  /** Unconfirmed events from number `fromN` on, oldest first. */
  pending(fromN: number, max: number): DurableEvent[];
  /** Everything of the epoch up to n is committed at the server. Another epoch, or an n never given, is ignored. */
  confirm(epoch: string, n: number): Promise<void>;
  /** Called after an event became durable. Returns the way to stop. */
  onAppend(listener: (event: DurableEvent) => void): () => void;
  close(): Promise<void>;
};

type Waiting = { body: DurableBody; resolve: (n: number) => void; reject: (error: unknown) => void };

const DEFAULT_CAP_BYTES = 8 * 1_048_576;
const DEFAULT_SEGMENT_BYTES = 256 * 1024;

export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { storage, folder, clock } = options;
  const { loaded, salvaged } = await loadOutbox(storage, folder);
  const newEpoch = options.newEpoch ?? randomUUID;
  const state = loaded ?? (await beginEpoch(storage, folder, newEpoch()));
  const outbox = new DiskOutbox(state, storage, folder, clock, options);
  for (const event of salvaged) await outbox.append(event.body);
  await removeOtherEpochs(storage, folder, state.epoch);
  return outbox;
}

class DiskOutbox implements Outbox {
  readonly #events: DurableEvent[];
  readonly #segments: Segment[];
  readonly #listeners = new Set<(event: DurableEvent) => void>();
  readonly #sizes = new Map<number, number>();
  #nextN: number;
  #confirmed: number;
  #markedConfirmed: number;
  #unconfirmedBytes = 0;
  #droppedLogs = 0;
  #queue: Waiting[] = [];
  #work: Promise<void> = Promise.resolve();
  /** The tail holds bytes of a write that failed. */
  #dirtyTail = false;

  constructor(
    private readonly state: LoadedOutbox,
    private readonly storage: Storage,
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly options: OutboxOptions,
  ) {
    this.#events = [...state.events];
    this.#segments = [...state.segments];
    this.#nextN = state.nextN;
    this.#confirmed = state.confirmed;
    this.#markedConfirmed = state.confirmed;
    for (const event of this.#events) this.#count(event.n, sizeOf(event));
  }

  get epoch(): string {
    return this.state.epoch;
  }

  append(body: DurableBody): Promise<number | null> {
    const parsed = durableBodySchema.parse(body);
    if (parsed.type === 'log' && this.#unconfirmedBytes > (this.options.capBytes ?? DEFAULT_CAP_BYTES)) {
      this.#droppedLogs += parsed.entries.length;
      return Promise.resolve(null);
    }
    const written = new Promise<number>((resolve, reject) => {
      this.#queue.push({ body: parsed, resolve, reject });
    });
    void this.#serially(() => this.#flush());
    return written;
  }

  pending(fromN: number, max: number): DurableEvent[] {
    const from = this.#events.findIndex((event) => event.n >= fromN);
    return from === -1 ? [] : this.#events.slice(from, from + max);
  }

  confirm(epoch: string, n: number): Promise<void> {
    if (epoch !== this.epoch || n <= this.#confirmed || n >= this.#nextN) return Promise.resolve();
    this.#confirmed = n;
    while (this.#events[0] !== undefined && this.#events[0].n <= n) {
      const done = this.#events.shift() as DurableEvent;
      this.#unconfirmedBytes -= this.#sizes.get(done.n) ?? 0;
      this.#sizes.delete(done.n);
    }
    if (this.#droppedLogs > 0 && this.#unconfirmedBytes <= (this.options.capBytes ?? DEFAULT_CAP_BYTES)) this.#tellDropped();
    return this.#serially(() => this.#removeConfirmed());
  }

  onAppend(listener: (event: DurableEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#work;
  }

  /** One after another; what fails is the caller's own and does not stop the next. */
  #serially(step: () => Promise<void>): Promise<void> {
    const run = this.#work.then(step);
    this.#work = run.catch(() => {});
    return this.#work;
  }

  /** Writes all that waits with one sync. */
  async #flush(): Promise<void> {
    const batch = this.#queue.splice(0);
    if (batch.length === 0) return;
    const at = new Date(this.clock.nowMs()).toISOString();
    const events = batch.map(({ body }, index): DurableEvent => ({ v: 1, epoch: this.epoch, n: this.#nextN + index, at, body }));
    const mark = this.#confirmed > this.#markedConfirmed ? [{ confirmed: this.#confirmed }] : [];
    try {
      await this.#write(encodeRecords([...mark, ...events]));
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    if (mark.length > 0) this.#markedConfirmed = this.#confirmed;
    this.#nextN += events.length;
    for (const [index, event] of events.entries()) {
      this.#events.push(event);
      this.#count(event.n, sizeOf(event));
      batch[index]?.resolve(event.n);
    }
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const segment = await this.#segmentForAppend();
    const file: StorageFile = await this.storage.open(segment.path, 'modify');
    try {
      if (this.#dirtyTail) await file.truncate(segment.lengthBytes);
      this.#dirtyTail = true;
      await file.write(bytes, segment.lengthBytes);
      await file.sync();
      this.#dirtyTail = false;
      segment.lengthBytes += bytes.length;
    } finally {
      await file.close();
    }
  }

  async #segmentForAppend(): Promise<Segment> {
    const last = this.#segments.at(-1) as Segment;
    if (this.#dirtyTail || last.lengthBytes <= (this.options.segmentBytes ?? DEFAULT_SEGMENT_BYTES)) return last;
    const next = await createSegment(this.storage, this.folder, this.epoch, this.#nextN);
    this.#segments.push(next);
    return next;
  }

  /** Removes files whose events are all confirmed, oldest first; the last file stays, for its name holds the number. */
  async #removeConfirmed(): Promise<void> {
    while (this.#segments.length > 1 && (this.#segments[1] as Segment).firstN - 1 <= this.#confirmed) {
      await this.storage.remove((this.#segments[0] as Segment).path);
      await this.storage.syncFolder(this.folder);
      this.#segments.shift();
    }
  }

  #tellDropped(): void {
    const count = this.#droppedLogs;
    this.#droppedLogs = 0;
    const at = new Date(this.clock.nowMs()).toISOString();
    const message = `${count} log entries were dropped because too much was waiting to be sent`;
    const entries = [{ at, level: 'warning' as const, source: 'system' as const, message, details: { count } }];
    this.append({ type: 'log', entries }).catch(() => {
      this.#droppedLogs += count;
    });
  }

  #count(n: number, sizeBytes: number): void {
    this.#sizes.set(n, sizeBytes);
    this.#unconfirmedBytes += sizeBytes;
  }
}

/** What an event costs on the disk, bytes. */
function sizeOf(event: DurableEvent): number {
  return Buffer.byteLength(JSON.stringify(event));
}
