import type { IncomingEvent } from './read-event';

/** An event that waits, and how often the agent has sent it meanwhile. */
export type Waiting = { event: IncomingEvent; copies: number };
type Pause = { first: number; most: number };

/** More than an agent's window; what finds no place is sent again. */
const MAX_WAITING = 200;

/** What waits of one gateway: each event once, in order within its epoch, epochs as they came. */
export class Lane {
  /** Since when an earlier number has been missing. */
  gapSinceMs: number | null = null;
  /** How often in a row the database has refused the content of the first one. */
  refusals = 0;
  lastRefusal = '';
  readonly #waiting = new Map<string, Waiting>();
  #pauses = 0;
  #wake: () => void = () => {};

  add(event: IncomingEvent): void {
    const key = keyOf(event);
    const known = this.#waiting.get(key);
    if (known) known.copies += 1;
    else if (this.#waiting.size < MAX_WAITING) this.#waiting.set(key, { event, copies: 1 });
    // It may be the number that is missing.
    if (this.gapSinceMs !== null && !known) this.wake();
  }

  /** The lowest number of the epoch that came first. */
  next(): Waiting | null {
    let best: Waiting | null = null;
    for (const one of this.#waiting.values()) {
      if (best === null || (one.event.epoch === best.event.epoch && one.event.n < best.event.n)) best = one;
    }
    return best;
  }

  settled(event: IncomingEvent): void {
    this.#waiting.delete(keyOf(event));
    this.gapSinceMs = null;
    this.refusals = 0;
    this.#pauses = 0;
  }

  refused(reason: string): void {
    this.refusals += 1;
    this.lastRefusal = reason;
  }

  pauseForGap(pause: Pause): Promise<void> {
    this.gapSinceMs ??= Date.now();
    return this.#pause(pause);
  }

  pauseForFailure(pause: Pause): Promise<void> {
    return this.#pause(pause);
  }

  wake(): void {
    this.#wake();
  }

  #pause({ first, most }: Pause): Promise<void> {
    const ms = Math.min(most, first * 2 ** Math.min(this.#pauses, 20));
    this.#pauses += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function keyOf(event: IncomingEvent): string {
  return `${event.epoch} ${event.n}`;
}
