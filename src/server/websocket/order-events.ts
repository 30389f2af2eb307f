/**
 * Puts events into the order of their ids, though they become visible in the order of their commits: an id that is
 * missing below one that is there belongs to a transaction that still runs, or to one that was rolled back. Pure.
 */

/** What one reading saw. `oldestRunning` and `nextTransaction` are pg_snapshot_xmin and xmax of the same snapshot. */
export type Reading<Row extends { id: number }> = { rows: readonly Row[]; oldestRunning: bigint; nextTransaction: bigint; nowMs: number };

/** Between taking its id and getting its transaction number an INSERT can be this far behind. */
const UNNUMBERED_MS = 100;
/** Longer than any transaction may run here. */
const GIVE_UP_MS = 30_000;

type Gap = { id: number; seenAtMs: number; endedBefore: bigint | null };

/** Holds back what follows a gap until the gap is filled, or until no running transaction can fill it any more. */
export class EventOrder<Row extends { id: number }> {
  #gap: Gap | null = null;
  /** Ids of rows that were seen and wait behind a gap. */
  held: readonly number[] = [];

  constructor(public position: number) {}

  /** True when rows are held back: read again soon. */
  get isWaiting(): boolean {
    return this.#gap !== null;
  }

  /** Takes the rows above `position`, ascending; gives those whose turn it is. */
  take(reading: Reading<Row>): Row[] {
    const ready: Row[] = [];
    this.held = [];
    for (const [at, row] of reading.rows.entries()) {
      if (row.id <= this.position) continue;
      if (row.id !== this.position + 1 && !this.#mayPass(this.position + 1, reading)) {
        this.held = reading.rows.slice(at).map(({ id }) => id);
        return ready;
      }
      this.#gap = null;
      this.position = row.id;
      ready.push(row);
    }
    return ready;
  }

  #mayPass(missing: number, { oldestRunning, nextTransaction, nowMs }: Reading<Row>): boolean {
    if (this.#gap?.id !== missing) this.#gap = { id: missing, seenAtMs: nowMs, endedBefore: null };
    const gap = this.#gap;
    const ageMs = nowMs - gap.seenAtMs;
    if (ageMs >= GIVE_UP_MS) return true;
    // Every transaction that could have the missing id has a number below this one.
    if (gap.endedBefore === null && ageMs >= UNNUMBERED_MS) gap.endedBefore = nextTransaction;
    return gap.endedBefore !== null && oldestRunning >= gap.endedBefore;
  }
}
