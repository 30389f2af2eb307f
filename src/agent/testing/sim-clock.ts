/** A clock whose time passes only by waiting: a wait of any length ends at once, later by that much. For tests. */
import type { Clock } from '../ports';

export class SimClock implements Clock {
  #wallStepMs = 0;
  #still = new Set<object>();

  constructor(private timeMs = Date.parse('2026-03-01T08:00:00.000Z')) {}

  nowMs(): number {
    return this.timeMs + this.#wallStepMs;
  }

  monotonicMs(): number {
    return this.timeMs;
  }

  /** Someone sets the wall clock; the monotonic one goes on. */
  step(ms: number): void {
    this.#wallStepMs += ms;
  }

  pass(ms: number): void {
    this.timeMs += ms;
  }

  /** No time passes while this is done: a signature takes moments of the real clock, in which a wait after the other would be over. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const mine = {};
    this.#still.add(mine);
    try {
      return await work();
    } finally {
      this.#still.delete(mine);
    }
  }

  /** What was being done when the power went is not done any more. */
  goOn(): void {
    this.#still.clear();
  }

  async wait(ms: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return false;
    // Everything that is ready comes first, as it would in the time that passes.
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#still.size > 0 && !signal?.aborted);
    if (signal?.aborted) return false;
    this.timeMs += ms;
    return true;
  }
}
