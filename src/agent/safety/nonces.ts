/** The nonce of this boot's constraint reports: a grant must name one of the last two, so that an old one cannot be offered later. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../ports';

export type Nonces = {
  /** For the next report. */
  current(): string;
  /** One of the last two. */
  accepts(nonce: string): boolean;
  /** A grant was used: what was offered on the strength of the reports so far is void. */
  renew(): void;
};

const LIFE_MS = 60_000;

export function createNonces(clock: Pick<Clock, 'monotonicMs'>): Nonces {
  let current = fresh();
  let previous: string | null = null;
  let bornAtMs = clock.monotonicMs();

  function renew(): void {
    previous = current;
    current = fresh();
    bornAtMs = clock.monotonicMs();
  }

  function age(): void {
    const ageMs = clock.monotonicMs() - bornAtMs;
    if (ageMs >= LIFE_MS) renew();
    // Nobody asked for so long that the one before is out of date as well.
    if (ageMs >= 2 * LIFE_MS) previous = null;
  }

  return {
    current() {
      age();
      return current;
    },
    accepts(nonce) {
      age();
      return nonce === current || nonce === previous;
    },
    renew,
  };
}

function fresh(): string {
  return randomBytes(18).toString('base64url');
}
