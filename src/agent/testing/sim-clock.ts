/** A clock whose time passes only by waiting: a wait of any length ends at once, later by that much. For tests. */
import type { Clock } from '../ports';

export class SimClock implements Clock {
  #wallStepMs = 0;

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

  async wait(ms: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return false;
    // Everything that is ready comes first, as it would in the time that passes.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) return false;
    this.timeMs += ms;
    return true;
  }
}
