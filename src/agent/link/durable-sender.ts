/** Sends the outbox in order through a window; what is not confirmed in time is sent again from the oldest. */
import type { DurableEvent } from '#/protocol/mqtt/events';
import type { Outbox } from '../outbox/outbox';

export type DurableSender = {
  /** The link is up: everything unconfirmed goes again, in order. */
  up(): void;
  down(): void;
  confirmed(epoch: string, n: number): Promise<void>;
};

type Options = { outbox: Outbox; send: (event: DurableEvent) => void; windowSize?: number; confirmTimeoutMs?: number };

export function createDurableSender({ outbox, send, windowSize = 32, confirmTimeoutMs = 10_000 }: Options): DurableSender {
  let isUp = false;
  let nextN = 1;
  let timer: NodeJS.Timeout | undefined;

  function pump(): void {
    if (!isUp) return;
    const waiting = outbox.pending(1, windowSize);
    for (const event of waiting) {
      if (event.n < nextN) continue;
      nextN = event.n + 1;
      send(event);
    }
    if (waiting.length > 0) timer ??= setTimeout(again, confirmTimeoutMs);
  }

  function again(): void {
    stopTimer();
    nextN = 1;
    pump();
  }

  function stopTimer(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  outbox.onAppend(pump);
  return {
    up() {
      isUp = true;
      again();
    },
    down() {
      isUp = false;
      stopTimer();
    },
    async confirmed(epoch, n) {
      await outbox.confirm(epoch, n);
      stopTimer();
      pump();
    },
  };
}
