/** Where an event stands in its gateway's durable stream. Pure. */
export type StreamPosition = {
  /** Null: nothing of this gateway was ever committed. */
  epoch: string | null;
  lastN: number;
  /** Epochs that ended before the present one. */
  pastEpochs: readonly string[];
};

export type Standing =
  | { kind: 'next' }
  /** Committed already: it may be confirmed up to `n`. */
  | { kind: 'duplicate'; n: number }
  /** Of an epoch that is over: nobody waits for an answer. */
  | { kind: 'late' }
  /** Earlier numbers are missing. */
  | { kind: 'gap'; expected: number };

export function standingOf(position: StreamPosition, event: { epoch: string; n: number }): Standing {
  if (event.epoch === position.epoch) {
    if (event.n <= position.lastN) return { kind: 'duplicate', n: position.lastN };
    return event.n === position.lastN + 1 ? { kind: 'next' } : { kind: 'gap', expected: position.lastN + 1 };
  }
  if (position.pastEpochs.includes(event.epoch)) return { kind: 'late' };
  return event.n === 1 ? { kind: 'next' } : { kind: 'gap', expected: 1 };
}

/** How many ended epochs are remembered: far more than a gateway loses data folders while a message is under way. */
const REMEMBERED = 20;

/** The past epochs once an event of `epoch` is committed. */
export function pastEpochsAfter(position: StreamPosition, epoch: string): string[] {
  if (position.epoch === null || position.epoch === epoch) return [...position.pastEpochs];
  return [...position.pastEpochs.filter((one) => one !== epoch), position.epoch].slice(-REMEMBERED);
}
